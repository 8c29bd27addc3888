package io.github.elevenspring.resilience;

import io.github.elevenspring.error.ElevenLabsException;
import org.jspecify.annotations.Nullable;

import org.springframework.retry.RetryContext;
import org.springframework.retry.RetryPolicy;
import org.springframework.retry.context.RetryContextSupport;

/**
 * Lets Spring Retry repeat what {@link RetryRules} repeat. A call that the pipeline has
 * already repeated is not repeated again, so attempts do not multiply. Thread-safe.
 *
 * @since 0.1.0
 */
@SuppressWarnings("serial")
public final class ElevenLabsRetryPolicy implements RetryPolicy {

	private final RetryRules rules;

	/**
	 * Create a policy.
	 * @param rules the rules
	 */
	public ElevenLabsRetryPolicy(RetryRules rules) {
		this.rules = rules;
	}

	@Override
	public boolean canRetry(RetryContext context) {
		Throwable last = context.getLastThrowable();
		return last == null
				|| (context.getRetryCount() < this.rules.maxAttempts() && this.rules.isRetryable(errorIn(last)));
	}

	@Override
	public int getMaxAttempts() {
		return this.rules.maxAttempts();
	}

	@Override
	public RetryContext open(RetryContext parent) {
		return new RetryContextSupport(parent);
	}

	@Override
	public void close(RetryContext context) {
	}

	@Override
	public void registerThrowable(RetryContext context, Throwable throwable) {
		((RetryContextSupport) context).registerThrowable(throwable);
	}

	/**
	 * Find our error behind what an application made of it.
	 */
	static @Nullable ElevenLabsException errorIn(@Nullable Throwable error) {
		Throwable candidate = error;
		for (int depth = 0; candidate != null && depth < 16; depth++) {
			if (candidate instanceof ElevenLabsException known) {
				return known;
			}
			candidate = candidate.getCause();
		}
		return null;
	}

}
