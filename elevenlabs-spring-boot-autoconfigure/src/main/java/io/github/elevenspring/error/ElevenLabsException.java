package io.github.elevenspring.error;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.core.NestedRuntimeException;

/**
 * Root of all errors of this library. There are three branches: ElevenLabs
 * {@linkplain ElevenLabsApiException answered} with an error, it could not be
 * {@linkplain ElevenLabsTransportException reached} or heard out, or the call was
 * {@linkplain ElevenLabsRejectedException refused here} before anything was sent.
 * <p>
 * The message names cause and remedy. It holds neither the API key nor the user's text.
 *
 * @since 0.1.0
 */
public abstract sealed class ElevenLabsException extends NestedRuntimeException
		permits ElevenLabsApiException, ElevenLabsTransportException, ElevenLabsRejectedException {

	private final ErrorKind kind;

	private final long bytesReceived;

	ElevenLabsException(ErrorKind kind, String message, @Nullable Throwable cause, long bytesReceived) {
		super(message, cause);
		this.kind = kind;
		this.bytesReceived = bytesReceived;
	}

	/**
	 * Return what went wrong.
	 * @return the kind
	 */
	public ErrorKind getKind() {
		return this.kind;
	}

	/**
	 * Return how much of the answer had arrived when the call failed. If it is not zero,
	 * the same bytes may have been handed to the caller, and the call was billed.
	 * @return the number of bytes of the body
	 */
	public long getBytesReceived() {
		return this.bytesReceived;
	}

	/**
	 * Return whether the call may be repeated: the trouble passes, and nothing of the
	 * answer has arrived. The first call {@linkplain #mayHaveBeenBilled() may have been
	 * billed} all the same.
	 * @return whether repeating makes sense
	 */
	public boolean isRetryable() {
		return this.kind.isTransient() && this.bytesReceived == 0;
	}

	/**
	 * Return whether the service may have done the work, so that repeating a call that
	 * costs credits may cost them twice. That is so as long as the opposite is not
	 * certain, of this error and of those among its suppressed exceptions: an earlier
	 * attempt, or a fallback.
	 * @return {@code false} if the call was refused, or never reached the service
	 */
	public final boolean mayHaveBeenBilled() {
		if (isAttemptBillable()) {
			return true;
		}
		for (Throwable other : getSuppressed()) {
			if (other instanceof ElevenLabsException known && known.isAttemptBillable()) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Return whether the service may have done the work of the one attempt that failed
	 * with this error.
	 */
	abstract boolean isAttemptBillable();

	/**
	 * Return how long to wait before the call is repeated.
	 * @return the time the refusal named, or {@code null} if it named none
	 */
	public @Nullable Duration getRetryAfter() {
		return null;
	}

}
