package io.github.elevenspring.cache;

/**
 * A cache is left alone for a while, since it failed. Carries no stack trace: it is no
 * news.
 */
final class CacheUnavailableException extends RuntimeException {

	static final CacheUnavailableException INSTANCE = new CacheUnavailableException();

	private CacheUnavailableException() {
		super("The cache failed a moment ago", null, false, false);
	}

}
