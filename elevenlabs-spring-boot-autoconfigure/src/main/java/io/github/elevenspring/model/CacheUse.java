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
	 * An answer that is kept will do, even one whose time is over. Nothing is sent: if
	 * there is none, the call fails with kind
	 * {@link io.github.elevenspring.error.ErrorKind#NOT_FOUND}.
	 */
	STALE

}
