package io.github.elevenspring.sample.problem;

import java.util.Objects;
import java.util.stream.Collectors;

import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.problem.ReactiveProblemAdvice;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
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
 * Answers what is wrong with a request, and what nobody thought of. Since it catches all,
 * it hands errors of ElevenLabs on to the advice of the library, and adds the header that
 * this application names its requests by.
 */
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler {

	private static final Log log = LogFactory.getLog(ProblemAdvice.class);

	private final ReactiveProblemAdvice elevenLabs;

	ProblemAdvice(ReactiveProblemAdvice elevenLabs) {
		this.elevenLabs = elevenLabs;
	}

	/**
	 * Answer an error of ElevenLabs, or of the library in front of it.
	 * @param ex the error
	 * @param exchange the exchange
	 * @return the answer
	 */
	@ExceptionHandler
	Mono<ResponseEntity<ProblemDetail>> handleElevenLabs(ElevenLabsException ex, ServerWebExchange exchange) {
		if (ex instanceof ElevenLabsApiException answer && answer.getTraceId() != null
				&& !exchange.getResponse().isCommitted()) {
			exchange.getResponse().getHeaders().set("X-Request-Id", answer.getTraceId());
		}
		return this.elevenLabs.handle(ex, exchange);
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

}
