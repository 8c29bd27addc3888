package io.github.elevenspring.test.simulator;

/**
 * What happens to a request that exceeds the plan's concurrency.
 *
 * @since 0.1.0
 */
public enum OverLimit {

	/**
	 * It is refused at once with a 429, as measured.
	 */
	REFUSE,

	/**
	 * It waits for its turn, as documented.
	 */
	QUEUE

}
