package io.github.elevenspring.resilience;

/**
 * Waits for something, and need not once its circuit breaker has opened.
 */
interface Refusable {

	/**
	 * End the wait with an error, unless it is over.
	 */
	void refuse();

}
