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

	/**
	 * Return whether the service may have done the work: what it refused it has not done,
	 * but behind a status 200 it may have, and behind a gateway that lost patience or the
	 * service.
	 */
	@Override
	boolean isAttemptBillable() {
		return getBytesReceived() > 0 || getKind() == ErrorKind.TIMEOUT || getHttpStatus() < 300 || isOfAGateway();
	}

	private boolean isOfAGateway() {
		return switch (getHttpStatus()) {
			case 500, 503 -> false;
			case 504 -> true;
			default -> getHttpStatus() > 500 && getCode() == null && getStatus() == null;
		};
	}

	@Override
	public @Nullable Duration getRetryAfter() {
		return this.details.retryAfter();
	}

	/**
	 * Return how many requests in flight the account is allowed, where an answer of kind
	 * {@link ErrorKind#CONCURRENCY} names the number.
	 * @return the limit, or {@code null} if the answer names none
	 */
	public @Nullable Integer getConcurrencyLimit() {
		return this.details.concurrencyLimit();
	}

	/**
	 * Return this error with a time after which another try makes sense, unless the
	 * answer itself named one.
	 * @param retryAfter how long to wait, or {@code null} if that is not known
	 * @return this error, or a copy of it
	 */
	public ElevenLabsApiException withRetryAfter(@Nullable Duration retryAfter) {
		if (retryAfter == null || this.details.retryAfter() != null) {
			return this;
		}
		Details facts = this.details;
		return new ElevenLabsApiException(getKind(), String.valueOf(getMessage()),
				new Details(facts.httpStatus(), facts.code(), facts.status(), facts.traceId(), retryAfter,
						facts.bytesReceived(), facts.concurrencyLimit()));
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
	 * @since 0.1.0
	 */
	public record Details(int httpStatus, @Nullable String code, @Nullable String status, @Nullable String traceId,
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
		public Details(int httpStatus, @Nullable String code, @Nullable String status, @Nullable String traceId,
				@Nullable Duration retryAfter, long bytesReceived) {
			this(httpStatus, code, status, traceId, retryAfter, bytesReceived, null);
		}

	}

}
