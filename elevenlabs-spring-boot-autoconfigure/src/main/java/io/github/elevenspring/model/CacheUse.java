package io.github.elevenspring.model;

/**
 * How a call uses the cache.
 *
 * @since 0.1.0
 */
public enum CacheUse {

	/**
	 * An answer that is kept will do, and a new one is kept.
	 */
	NORMAL,

	/**
	 * Ask ElevenLabs, and keep the answer in place of what is there.
	 */
	REFRESH,

	/**
	 * Ask ElevenLabs, share the answer with nobody and keep nothing.
	 */
	BYPASS,

	/**
	 * An answer whose time is over will do too; nothing is sent, and without one the call
	 * fails.
	 */
	STALE

}
