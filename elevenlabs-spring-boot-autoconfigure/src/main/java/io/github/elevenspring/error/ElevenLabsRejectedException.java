package io.github.elevenspring.error;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The call was refused here. Nothing was sent and nothing was billed.
 *
 * @since 0.1.0
 */
public final class ElevenLabsRejectedException extends ElevenLabsException {

	private final @Nullable Duration retryAfter;

	/**
	 * Create an error.
	 * @param kind why the call was refused
	 * @param message cause and remedy
	 */
	public ElevenLabsRejectedException(ErrorKind kind, String message) {
		this(kind, message, null);
	}

	/**
	 * Create an error that names a time after which another try makes sense.
	 * @param kind why the call was refused
	 * @param message cause and remedy
	 * @param retryAfter how long to wait, or {@code null} if that is not known
	 */
	public ElevenLabsRejectedException(ErrorKind kind, String message, @Nullable Duration retryAfter) {
		super(kind, message, null, 0);
		this.retryAfter = retryAfter;
	}

	@Override
	boolean isAttemptBillable() {
		return false;
	}

	@Override
	public @Nullable Duration getRetryAfter() {
		return this.retryAfter;
	}

}
