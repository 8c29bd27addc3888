package io.github.elevenspring.problem;

import io.github.elevenspring.error.ElevenLabsException;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * What an application says to errors of the library, in its own way.
 */
@RestControllerAdvice
class OwnAdvice {

	static final int STATUS = 418;

	@ExceptionHandler
	ResponseEntity<Void> handle(ElevenLabsException error) {
		return ResponseEntity.status(STATUS).build();
	}

}
