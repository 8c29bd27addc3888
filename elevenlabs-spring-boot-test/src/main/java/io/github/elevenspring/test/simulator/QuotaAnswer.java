package io.github.elevenspring.test.simulator;

/**
 * How a request without credits is refused: both answers are seen in the wild.
 *
 * @since 0.1.0
 */
public enum QuotaAnswer {

	/**
	 * Status 401 with the older body and {@code quota_exceeded}.
	 */
	LEGACY,

	/**
	 * Status 402 with the current body and {@code insufficient_credits}.
	 */
	CURRENT

}
