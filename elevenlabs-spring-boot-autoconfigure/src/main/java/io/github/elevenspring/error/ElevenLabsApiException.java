package io.github.elevenspring.error;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * ElevenLabs answered, and the answer is an error, or is not what was asked for.
 *
 * @since 0.1.0
 */
public final class ElevenLabsApiException extends ElevenLabsException {

	private final int httpStatus;

	private final @Nullable String code;

	private final @Nullable String status;

	private final @Nullable String traceId;

	private final @Nullable Duration retryAfter;

	private final @Nullable Integer concurrencyLimit;

	/**
	 * Create an error.
	 * @param kind what went wrong
	 * @param message cause and remedy
	 * @param answer the facts of the answer
	 * @param cause why the answer could not be used, if it was not an error itself
	 */
	public ElevenLabsApiException(ErrorKind kind, String message, Answer answer, @Nullable Throwable cause) {
		super(kind, message, cause, answer.bytesReceived());
		this.httpStatus = answer.httpStatus();
		this.code = answer.code();
		this.status = answer.status();
		this.traceId = answer.traceId();
		this.retryAfter = answer.retryAfter();
		this.concurrencyLimit = answer.concurrencyLimit();
	}

	/**
	 * Return the HTTP status of the answer.
	 * @return the status, which can be 200 if the body was not what it should be
	 */
	public int getHttpStatus() {
		return this.httpStatus;
	}

	/**
	 * Return the vendor's code of the error.
	 * @return {@code detail.code}, or {@code null} if the body had none
	 */
	public @Nullable String getCode() {
		return this.code;
	}

	/**
	 * Return the vendor's legacy code, which is sometimes finer than the code.
	 * @return {@code detail.status}, or {@code null} if the body had none
	 */
	public @Nullable String getStatus() {
		return this.status;
	}

	/**
	 * Return the id to name in a support ticket.
	 * @return the trace id, or {@code null} if the answer had none
	 */
	public @Nullable String getTraceId() {
		return this.traceId;
	}

	@Override
	public @Nullable Duration getRetryAfter() {
		return this.retryAfter;
	}

	/**
	 * Return how many requests in flight the account is allowed, where an answer of kind
	 * {@link ErrorKind#CONCURRENCY} names the number.
	 * @return the limit, or {@code null} if the answer names none
	 */
	public @Nullable Integer getConcurrencyLimit() {
		return this.concurrencyLimit;
	}

	/**
	 * Return this error with a time after which another try makes sense, unless the
	 * answer itself named one.
	 * @param retryAfter how long to wait, or {@code null} if that is not known
	 * @return this error, or a copy that has it as its cause
	 */
	public ElevenLabsApiException withRetryAfter(@Nullable Duration retryAfter) {
		if (retryAfter == null || this.retryAfter != null) {
			return this;
		}
		String message = getMessage();
		return new ElevenLabsApiException(getKind(), (message != null) ? message : "", new Answer(this.httpStatus,
				this.code, this.status, this.traceId, retryAfter, getBytesReceived(), this.concurrencyLimit), this);
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
	 * @param concurrencyLimit how many requests in flight the service says it allows
	 */
	public record Answer(int httpStatus, @Nullable String code, @Nullable String status, @Nullable String traceId,
			@Nullable Duration retryAfter, long bytesReceived, @Nullable Integer concurrencyLimit) {

		/**
		 * Create the facts of an answer that names no limit.
		 * @param httpStatus the HTTP status
		 * @param code {@code detail.code}
		 * @param status {@code detail.status}
		 * @param traceId id to name in a support ticket
		 * @param retryAfter how long the service wants us to wait
		 * @param bytesReceived bytes of the body that were taken for audio
		 */
		public Answer(int httpStatus, @Nullable String code, @Nullable String status, @Nullable String traceId,
				@Nullable Duration retryAfter, long bytesReceived) {
			this(httpStatus, code, status, traceId, retryAfter, bytesReceived, null);
		}

		/**
		 * Return the facts of an answer of which only the HTTP status is known.
		 * @param httpStatus the HTTP status
		 * @return the facts
		 */
		public static Answer of(int httpStatus) {
			return new Answer(httpStatus, null, null, null, null, 0);
		}

		/**
		 * Return these facts with another number of bytes.
		 * @param bytesReceived bytes of the body that had arrived
		 * @return a copy
		 */
		public Answer withBytesReceived(long bytesReceived) {
			return new Answer(this.httpStatus, this.code, this.status, this.traceId, this.retryAfter, bytesReceived,
					this.concurrencyLimit);
		}

	}

}
