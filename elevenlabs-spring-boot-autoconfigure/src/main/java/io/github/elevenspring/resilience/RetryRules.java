package io.github.elevenspring.resilience;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;
import org.springframework.util.Assert;

/**
 * Which errors are worth another attempt, how many there are, and how long to wait before
 * each. A call that costs credits is repeated only if it is certain that the attempt
 * before was not billed, unless told otherwise; a call that only reads is repeated in any
 * case. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class RetryRules {

	private static final Duration LONGEST_WAIT = Duration.ofDays(366);

	private final int maxAttempts;

	private final Backoff backoff;

	private final boolean retryTimeouts;

	private final DoubleSupplier random;

	/**
	 * Create rules.
	 * @param maxAttempts most attempts of a call, the first one counted
	 * @param backoff the longest wait after each attempt
	 * @param retryTimeouts whether a call that costs credits is repeated though the
	 * attempt before may have been billed, as after a read timeout
	 */
	public RetryRules(int maxAttempts, Backoff backoff, boolean retryTimeouts) {
		this(maxAttempts, backoff, retryTimeouts, () -> ThreadLocalRandom.current().nextDouble());
	}

	RetryRules(int maxAttempts, Backoff backoff, boolean retryTimeouts, DoubleSupplier random) {
		Assert.isTrue(maxAttempts > 0, "'maxAttempts' must be positive");
		this.maxAttempts = maxAttempts;
		this.backoff = backoff;
		this.retryTimeouts = retryTimeouts;
		this.random = random;
	}

	/**
	 * Return the most attempts of a call.
	 * @return the attempts, the first one counted
	 */
	public int maxAttempts() {
		return this.maxAttempts;
	}

	/**
	 * Return whether the work behind an error is worth another attempt, if nothing is
	 * known of that work. It is not once the pipeline has tried again and given up.
	 * @param error what went wrong
	 * @return whether to try again
	 */
	public boolean isRetryable(@Nullable Throwable error) {
		return error instanceof ElevenLabsException known && !RetriesEnded.isMarked(known) && isRetryable(known, false);
	}

	boolean isRetryable(ElevenLabsException error, Call call) {
		return isRetryable(error, readsOnly(call));
	}

	private boolean isRetryable(ElevenLabsException error, boolean free) {
		return isTransient(error) && (free || this.retryTimeouts || !error.mayHaveBeenBilled());
	}

	/**
	 * Tell whether an error is a trouble of the service, or of the way to it, that
	 * passes. What was refused here is up to the caller, and the limiter deals with
	 * {@link ErrorKind#CONCURRENCY}.
	 */
	static boolean isTransient(ElevenLabsException error) {
		return error.isRetryable() && isOfTheService(error.getKind());
	}

	static boolean isOfTheService(ErrorKind kind) {
		return switch (kind) {
			case RATE, BUSY, SERVER, NETWORK, TIMEOUT -> true;
			default -> false;
		};
	}

	/**
	 * Return how long to wait before the next attempt: a random part of the longest wait
	 * if the service is in trouble, so that callers spread; in even steps if the network
	 * is; never less than the service asked for.
	 * @param attempt the attempt that failed, from 1
	 * @param error why it failed
	 * @return the wait
	 */
	public Duration waitAfter(int attempt, ElevenLabsException error) {
		long nanos = switch (error.getKind()) {
			case NETWORK, TIMEOUT -> saturated(longest(1, error) * attempt);
			default -> saturated(longest(attempt, error) * this.random.getAsDouble());
		};
		Duration wait = Duration.ofNanos(nanos);
		Duration named = error.getRetryAfter();
		return (named != null && named.compareTo(wait) > 0) ? named : wait;
	}

	private double longest(int attempt, ElevenLabsException error) {
		return this.backoff.longestWait(attempt, error).toMillis() * 1e6;
	}

	private static long saturated(double nanos) {
		return (long) Math.min(nanos, LONGEST_WAIT.toNanos());
	}

	private static boolean readsOnly(Call call) {
		return switch (call.operation()) {
			case VOICES_LIST, VOICES_GET, VOICES_SETTINGS, MODELS_LIST, ACCOUNT_USER, ACCOUNT_SUBSCRIPTION -> true;
			default -> call.request() instanceof ApiRequest request && request.method() == HttpMethod.GET;
		};
	}

	/**
	 * Tells the longest wait after an attempt.
	 *
	 * @since 0.1.0
	 */
	@FunctionalInterface
	public interface Backoff {

		/**
		 * Return the longest wait after an attempt.
		 * @param attempt the attempt that failed, from 1
		 * @param error why it failed
		 * @return the wait
		 */
		Duration longestWait(int attempt, ElevenLabsException error);

		/**
		 * Return a wait that is multiplied with each attempt.
		 * @param first the wait after the first attempt
		 * @param multiplier how much longer the next one is
		 * @param longest bounds the wait
		 * @return the back-off
		 */
		static Backoff exponential(Duration first, double multiplier, Duration longest) {
			return (attempt, error) -> {
				double millis = first.toMillis() * Math.pow(multiplier, attempt - 1);
				return (millis < longest.toMillis()) ? Duration.ofMillis((long) millis) : longest;
			};
		}

	}

}
