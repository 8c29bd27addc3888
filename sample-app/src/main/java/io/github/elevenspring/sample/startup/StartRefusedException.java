package io.github.elevenspring.sample.startup;

/**
 * The application cannot do its work as it is configured, and says so at start rather
 * than with the first call.
 */
class StartRefusedException extends RuntimeException {

	private final String action;

	StartRefusedException(String description, String action) {
		super(description);
		this.action = action;
	}

	String getAction() {
		return this.action;
	}

}
