package io.github.elevenspring.sample.problem;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamReadException;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.reactive.result.method.annotation.ResponseEntityExceptionHandler;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;

/**
 * Turns errors into problem details. Once audio is on its way nothing can be said any
 * more: the error then goes on to the server, which breaks the connection, so that no
 * client takes a part for the whole.
 */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {

	private static final Log log = LogFactory.getLog(ProblemAdvice.class);

	/**
	 * Answer an error of ElevenLabs, or of the library in front of it.
	 * @param ex the error
	 * @param exchange the exchange
	 * @return the answer
	 */
	@ExceptionHandler
	Mono<ResponseEntity<Object>> handleElevenLabs(ElevenLabsException ex, ServerWebExchange exchange) {
		report(ex, exchange);
		if (exchange.getResponse().isCommitted()) {
			return Mono.error(ex);
		}
		ErrorKind kind = ex.getKind();
		HttpStatus status = status(kind);
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail(ex));
		problem.setTitle(title(kind));
		problem.setProperty("kind", kind.name().toLowerCase(Locale.ROOT));
		HttpHeaders headers = new HttpHeaders();
		Duration retryAfter = ex.getRetryAfter();
		if (retryAfter != null) {
			headers.set(HttpHeaders.RETRY_AFTER, Long.toString(wholeSeconds(retryAfter)));
		}
		if (ex instanceof ElevenLabsApiException answered && answered.getTraceId() != null) {
			headers.set("X-Request-Id", answered.getTraceId());
		}
		return handleExceptionInternal(ex, problem, headers, status, exchange);
	}

	/**
	 * Answer an error nobody thought of, and say nothing about it.
	 * @param ex the error
	 * @param exchange the exchange
	 * @return the answer
	 */
	@ExceptionHandler
	Mono<ResponseEntity<Object>> handleUnexpected(Exception ex, ServerWebExchange exchange) {
		if (!exchange.getResponse().isCommitted()) {
			log.error("Unexpected error in " + exchange.getRequest().getPath(), ex);
		}
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(HttpStatus.INTERNAL_SERVER_ERROR,
				"Something went wrong here. It is in the log.");
		return handleExceptionInternal(ex, problem, null, HttpStatus.INTERNAL_SERVER_ERROR, exchange);
	}

	@Override
	protected Mono<ResponseEntity<Object>> handleServerWebInputException(ServerWebInputException ex,
			HttpHeaders headers, HttpStatusCode status, ServerWebExchange exchange) {
		ProblemDetail problem = ex.getBody();
		problem.setTitle("The request cannot be understood");
		problem.setDetail(detail(ex));
		problem.setProperty("kind", "invalid");
		return handleExceptionInternal(ex, problem, headers, status, exchange);
	}

	private static HttpStatus status(ErrorKind kind) {
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

	private static String title(ErrorKind kind) {
		return switch (kind) {
			case INVALID -> "The request cannot be spoken";
			case NOT_FOUND -> "Not found";
			case CONFLICT -> "Not ready yet";
			case QUOTA, BUDGET -> "No credits left";
			case AUTH, PERMISSION -> "Speech is not set up correctly";
			case CONCURRENCY, RATE, BUSY, QUEUE_FULL, QUEUE_TIMEOUT -> "Too much is being spoken";
			case SERVER, NETWORK, TIMEOUT, BREAKER_OPEN, SHUTDOWN -> "Speech is out of order";
		};
	}

	private static String detail(ElevenLabsException ex) {
		return switch (ex.getKind()) {
			case INVALID, NOT_FOUND, CONFLICT -> message(ex);
			case QUOTA -> "The ElevenLabs account has no credits left. Its owner can add some.";
			case BUDGET -> "The budget set for speech is spent.";
			case AUTH -> "ElevenLabs does not accept this application's API key. Its operator has to fix that.";
			case PERMISSION ->
				"This application's ElevenLabs account may not do that. Its operator finds the reason in the log.";
			case CONCURRENCY, QUEUE_FULL, QUEUE_TIMEOUT ->
				"Everybody is speaking at once and no place came free in time. Try again in a moment.";
			case RATE, BUSY -> "ElevenLabs is busy. Try again in a moment.";
			case SERVER -> "ElevenLabs failed to answer. Try again in a moment.";
			case NETWORK -> "ElevenLabs cannot be reached. Try again in a moment.";
			case TIMEOUT -> "ElevenLabs took too long. Try again in a moment.";
			case BREAKER_OPEN -> "ElevenLabs has failed often of late and is left alone for a while. Try again soon.";
			case SHUTDOWN -> "This application is shutting down. Try again in a moment.";
		};
	}

	private static String message(Throwable ex) {
		return (ex.getMessage() != null) ? ex.getMessage() : "No reason was given.";
	}

	private static String detail(ServerWebInputException ex) {
		for (Throwable cause = ex.getCause(); cause != null; cause = cause.getCause()) {
			if (cause instanceof JacksonException malformed) {
				return detail(malformed);
			}
			if (cause instanceof IllegalArgumentException && !(cause.getCause() instanceof IllegalArgumentException)) {
				return message(cause);
			}
		}
		return (ex.getMethodParameter() != null) ? "The body is missing. Send JSON such as {\"text\": \"Hello\"}."
				: ex.getReason() + ".";
	}

	private static String detail(JacksonException ex) {
		String field = ex.getPath()
			.stream()
			.map(JacksonException.Reference::getPropertyName)
			.filter(Objects::nonNull)
			.collect(Collectors.joining("."));
		if (!field.isEmpty() && !(ex instanceof StreamReadException)) {
			return "The value of '" + field + "' has the wrong type.";
		}
		String trouble = (ex instanceof StreamReadException) ? "The body is not valid JSON"
				: "The body is not what was expected";
		TokenStreamLocation location = ex.getLocation();
		return (location != null)
				? "%s: see line %d, column %d.".formatted(trouble, location.getLineNr(), location.getColumnNr())
				: trouble + ".";
	}

	private static long wholeSeconds(Duration duration) {
		return Math.max(1, duration.plusMillis(999).toSeconds());
	}

	private static void report(ElevenLabsException ex, ServerWebExchange exchange) {
		String line = exchange.getRequest().getPath() + " failed, " + ex.getKind() + " after " + ex.getBytesReceived()
				+ " bytes: " + ex.getMessage();
		switch (ex.getKind()) {
			case INVALID, NOT_FOUND, CONFLICT -> log.debug(line);
			default -> log.warn(line);
		}
	}

}
