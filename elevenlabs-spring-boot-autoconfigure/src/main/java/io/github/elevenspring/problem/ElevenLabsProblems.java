package io.github.elevenspring.problem;

import java.time.Duration;
import java.util.Locale;

import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import org.jspecify.annotations.Nullable;

import org.springframework.context.MessageSource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/**
 * Turns errors into problem details (RFC 9457) that say what happened and what to do, in
 * the language of the reader: English, German and Spanish are there, and the messages of
 * the application win. The codes are {@code elevenlabs.problem.<kind>.title},
 * {@code .detail} and {@code .action}, and {@code elevenlabs.problem.retry} in place of
 * the action where the time to wait is known.
 * <p>
 * What only concerns the operator, such as how the key is set, is not told. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ElevenLabsProblems {

	private static final String PREFIX = "elevenlabs.problem.";

	private final MessageSource application;

	private final LibraryMessages library = new LibraryMessages();

	/**
	 * Create a mapping.
	 * @param application messages of the application, each of which is used in place of
	 * the library's
	 */
	public ElevenLabsProblems(MessageSource application) {
		this.application = application;
	}

	/**
	 * Answer an error.
	 * @param error the error
	 * @param locale language of the reader
	 * @return status, problem and, where the time to wait is known, {@code Retry-After}
	 * in whole seconds
	 */
	public ResponseEntity<ProblemDetail> respond(ElevenLabsException error, Locale locale) {
		ProblemDetail problem = problem(error, locale);
		HttpHeaders headers = new HttpHeaders();
		headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
		Duration retryAfter = error.getRetryAfter();
		if (retryAfter != null) {
			headers.set(HttpHeaders.RETRY_AFTER, Long.toString(wholeSeconds(retryAfter)));
		}
		return new ResponseEntity<>(problem, headers, problem.getStatus());
	}

	/**
	 * Describe an error.
	 * @param error the error
	 * @param locale language of the reader
	 * @return the problem, with the properties {@code kind} and, where ElevenLabs named
	 * one, {@code traceId}
	 */
	public ProblemDetail problem(ElevenLabsException error, Locale locale) {
		ErrorKind kind = error.getKind();
		Duration retryAfter = error.getRetryAfter();
		String code = PREFIX + kind.name().toLowerCase(Locale.ROOT);
		String detail = message(code + ".detail", locale, String.valueOf(error.getMessage()));
		String action = (retryAfter != null && kind.isTransient())
				? message(PREFIX + "retry", locale, wholeSeconds(retryAfter)) : message(code + ".action", locale);
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status(kind), (detail + " " + action).trim());
		problem.setTitle(message(code + ".title", locale));
		problem.setProperty("kind", kind.name().toLowerCase(Locale.ROOT));
		if (error instanceof ElevenLabsApiException answer && answer.getTraceId() != null) {
			problem.setProperty("traceId", answer.getTraceId());
		}
		return problem;
	}

	/**
	 * Return the status that tells a client of the application what an error means to it.
	 * @param kind the kind of the error
	 * @return the status
	 */
	public static HttpStatus status(ErrorKind kind) {
		return switch (kind) {
			case INVALID -> HttpStatus.BAD_REQUEST;
			case NOT_FOUND -> HttpStatus.NOT_FOUND;
			case CONFLICT -> HttpStatus.CONFLICT;
			case QUOTA, BUDGET -> HttpStatus.PAYMENT_REQUIRED;
			case AUTH, PERMISSION -> HttpStatus.BAD_GATEWAY;
			case CONCURRENCY, RATE, BUSY, SERVER, NETWORK, TIMEOUT, QUEUE_FULL, QUEUE_TIMEOUT, BREAKER_OPEN, SHUTDOWN ->
				HttpStatus.SERVICE_UNAVAILABLE;
		};
	}

	private String message(String code, Locale locale, Object... arguments) {
		String own = this.application.getMessage(code, arguments, null, locale);
		// A message source may answer with the code where it knows nothing
		return (own != null && !own.equals(code)) ? own : this.library.get(code, locale, arguments);
	}

	private static long wholeSeconds(Duration duration) {
		return Math.max(1, duration.plusMillis(999).toSeconds());
	}

}
