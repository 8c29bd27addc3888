package io.github.elevenspring.resilience;

import java.util.function.Predicate;

import io.github.elevenspring.error.ElevenLabsException;

/**
 * What Resilience4j takes for an error to retry by default: a trouble of the service or
 * of the way to it that passes. Whether a certain call may be repeated after it is up to
 * {@link RetryRules}.
 *
 * @since 0.1.0
 */
public final class TransientErrors implements Predicate<Throwable> {

	@Override
	public boolean test(Throwable error) {
		return error instanceof ElevenLabsException known && RetryRules.isTransient(known)
				&& !RetriesEnded.isMarked(known);
	}

}
