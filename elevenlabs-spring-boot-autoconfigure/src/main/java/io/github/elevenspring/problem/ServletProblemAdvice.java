package io.github.elevenspring.problem;

import java.util.Locale;

import io.github.elevenspring.error.ElevenLabsException;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Answers errors with problem details in MVC, unless an advice of the application does.
 * Once a part of the answer is on its way nothing can be said any more: the error then
 * goes on to the server, which breaks the connection, so that no client takes the part
 * for the whole.
 *
 * @since 0.1.0
 */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
public final class ServletProblemAdvice {

	private final ElevenLabsProblems problems;

	/**
	 * Create an advice.
	 * @param problems describes the errors
	 */
	public ServletProblemAdvice(ElevenLabsProblems problems) {
		this.problems = problems;
	}

	/**
	 * Answer an error. An advice of the application that catches all exceptions catches
	 * these too, and can hand them on to this method.
	 * @param error the error
	 * @param response where the answer goes
	 * @param locale language of the client
	 * @return the answer
	 * @throws ElevenLabsException the error itself if an answer has begun
	 */
	@ExceptionHandler
	public ResponseEntity<ProblemDetail> handle(ElevenLabsException error, HttpServletResponse response,
			Locale locale) {
		if (response.isCommitted()) {
			throw error;
		}
		return this.problems.respond(error, locale);
	}

}
