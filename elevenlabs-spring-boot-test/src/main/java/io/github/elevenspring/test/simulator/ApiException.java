package io.github.elevenspring.test.simulator;

/**
 * Ends a request with an error of the API.
 */
final class ApiException extends RuntimeException {

	private final transient ApiError error;

	ApiException(ApiError error) {
		super("HTTP " + error.status(), null, false, false);
		this.error = error;
	}

	ApiError error() {
		return this.error;
	}

}
