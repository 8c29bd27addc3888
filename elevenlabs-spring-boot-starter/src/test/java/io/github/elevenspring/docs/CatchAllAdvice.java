package io.github.elevenspring.docs;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.problem.ReactiveProblemAdvice;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.server.ServerWebExchange;

/**
 * The snippet of the page on errors: an advice that catches all.
 */
@RestControllerAdvice
class CatchAllAdvice {

	private final ReactiveProblemAdvice elevenLabs;

	CatchAllAdvice(ReactiveProblemAdvice elevenLabs) {
		this.elevenLabs = elevenLabs;
	}

	@ExceptionHandler
	Mono<ResponseEntity<ProblemDetail>> elevenLabs(ElevenLabsException error, ServerWebExchange exchange) {
		return this.elevenLabs.handle(error, exchange);
	}

	@ExceptionHandler
	ProblemDetail unexpected(Exception error) {
		return ProblemDetail.forStatus(HttpStatus.INTERNAL_SERVER_ERROR);
	}

}
