package io.github.elevenspring.resilience;

/**
 * Stands among the suppressed exceptions of an error that is not, or no longer, followed
 * by another attempt, and says why. It also keeps a retry around the whole call from
 * multiplying the attempts that were made inside.
 */
final class RetriesEnded extends RuntimeException {

	RetriesEnded(String reason) {
		super(reason, null, false, false);
	}

	static void mark(Throwable error, String reason) {
		if (!isMarked(error)) {
			error.addSuppressed(new RetriesEnded(reason));
		}
	}

	static boolean isMarked(Throwable error) {
		for (Throwable suppressed : error.getSuppressed()) {
			if (suppressed instanceof RetriesEnded) {
				return true;
			}
		}
		return false;
	}

}
