package io.github.elevenspring.resilience;

import io.github.elevenspring.error.ElevenLabsException;
import org.jspecify.annotations.Nullable;

import org.springframework.retry.RetryContext;
import org.springframework.retry.backoff.BackOffContext;
import org.springframework.retry.backoff.BackOffInterruptedException;
import org.springframework.retry.backoff.BackOffPolicy;
import org.springframework.retry.backoff.Sleeper;

/**
 * Lets Spring Retry wait as long as {@link RetryRules} say, on the thread of the caller.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class ElevenLabsBackOffPolicy implements BackOffPolicy {

	private final RetryRules rules;

	private final Sleeper sleeper;

	/**
	 * Create a policy.
	 * @param rules the rules
	 * @param sleeper holds the thread
	 */
	public ElevenLabsBackOffPolicy(RetryRules rules, Sleeper sleeper) {
		this.rules = rules;
		this.sleeper = sleeper;
	}

	@Override
	public @Nullable BackOffContext start(RetryContext context) {
		return new Waits(context);
	}

	@Override
	public void backOff(@Nullable BackOffContext context) throws BackOffInterruptedException {
		if (!(context instanceof Waits waits)) {
			return;
		}
		RetryContext retry = waits.retry();
		ElevenLabsException error = ElevenLabsRetryPolicy.errorIn(retry.getLastThrowable());
		if (error == null) {
			return;
		}
		try {
			this.sleeper.sleep(this.rules.waitAfter(Math.max(1, retry.getRetryCount()), error).toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new BackOffInterruptedException("The wait for another attempt was interrupted", ex);
		}
	}

	@SuppressWarnings("serial")
	private record Waits(RetryContext retry) implements BackOffContext {

	}

}
