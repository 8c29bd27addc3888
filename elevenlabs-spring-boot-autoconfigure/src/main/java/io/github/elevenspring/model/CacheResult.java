package io.github.elevenspring.model;

/**
 * What the cache did for a call.
 *
 * @since 0.1.0
 */
public enum CacheResult {

	/**
	 * There is no cache, or the call is not one whose answer is kept.
	 */
	NONE,

	/**
	 * The answer came from the cache: nothing was sent and nothing was billed.
	 */
	HIT,

	/**
	 * The cache had no answer, so ElevenLabs was asked.
	 */
	MISS,

	/**
	 * An equal call was on its way already, and its answer serves this one too: it is
	 * billed once for all of them.
	 */
	SHARED,

	/**
	 * The call did not want an answer from the cache.
	 */
	BYPASSED,

	/**
	 * The cache did not answer, so ElevenLabs was asked.
	 */
	UNAVAILABLE

}
