package io.github.elevenspring.error;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * ElevenLabs answered, and the answer is an error, or is not what was asked for.
 *
 * @since 0.1.0
 */
public final class ElevenLabsApiException extends ElevenLabsException {

	private final Details details;

	/**
	 * Create an error.
	 * @param kind what went wrong
	 * @param message cause and remedy
	 * @param details the facts of the answer
	 */
	public ElevenLabsApiException(ErrorKind kind, String message, Details details) {
		super(kind, message, null, details.bytesReceived());
		this.details = details;
	}

	/**
	 * Return the HTTP status of the answer.
	 * @return the status, which can be 200 if the body was not what it should be
	 */
	public int getHttpStatus() {
		return this.details.httpStatus();
	}

	/**
	 * Return the vendor's code of the error.
	 * @return {@code detail.code}, or {@code null} if the body had none
	 */
	public @Nullable String getCode() {
		return this.details.code();
	}

	/**
	 * Return the vendor's legacy code, which is sometimes finer than the code.
	 * @return {@code detail.status}, or {@code null} if the body had none
	 */
	public @Nullable String getStatus() {
		return this.details.status();
	}

	/**
	 * Return the id to name in a support ticket.
	 * @return the trace id, or {@code null} if the answer had none
	 */
	public @Nullable String getTraceId() {
		return this.details.traceId();
	}

	@Override
	public @Nullable Duration getRetryAfter() {
		return this.details.retryAfter();
	}

	/**
	 * The facts of an answer that is an error.
	 *
	 * @param httpStatus the HTTP status
	 * @param code {@code detail.code}
	 * @param status {@code detail.status}
	 * @param traceId id to name in a support ticket
	 * @param retryAfter how long the service wants us to wait
	 * @param bytesReceived bytes of the body that were taken for audio before the trouble
	 * @since 0.1.0
	 */
	public record Details(int httpStatus, @Nullable String code, @Nullable String status, @Nullable String traceId,
			@Nullable Duration retryAfter, long bytesReceived) {

	}

}
