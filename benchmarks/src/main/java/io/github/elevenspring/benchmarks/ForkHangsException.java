package io.github.elevenspring.benchmarks;

/**
 * A call of a contender has not ended.
 */
final class ForkHangsException extends RuntimeException {

	private final Contender contender;

	ForkHangsException(Contender contender) {
		super("A call of " + contender + " has not ended");
		this.contender = contender;
	}

	Contender contender() {
		return this.contender;
	}

}
