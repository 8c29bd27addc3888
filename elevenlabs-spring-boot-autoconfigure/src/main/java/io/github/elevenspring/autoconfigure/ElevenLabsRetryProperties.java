package io.github.elevenspring.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * What is not among the keys of Resilience4j's instance {@code elevenlabs}.
 *
 * @param enabled whether calls that fail with a passing trouble are tried again
 * @param retryTimeouts whether a call that costs credits is tried again though the
 * attempt before may have been billed: after a timeout, or when the connection broke with
 * the request on its way
 * @param budget bound on the retries of all calls together
 * @since 0.1.0
 */
@ConfigurationProperties("elevenlabs.retry")
public record ElevenLabsRetryProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("false") boolean retryTimeouts, @DefaultValue Budget budget) {

	/**
	 * Bound on the retries of all calls together.
	 *
	 * @param capacity retries that a full budget allows while nothing succeeds
	 * @param deposit part of a retry that each success adds to the budget
	 */
	public record Budget(@DefaultValue("100") int capacity, @DefaultValue("0.1") double deposit) {

		/**
		 * Create a budget, refusing what cannot be meant.
		 */
		public Budget {
			Assert.isTrue(capacity >= 0, "elevenlabs.retry.budget.capacity must not be negative");
			Assert.isTrue(deposit >= 0 && deposit <= 1, "elevenlabs.retry.budget.deposit must be between 0 and 1");
		}

	}

}
