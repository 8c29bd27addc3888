package io.github.elevenspring.test.simulator;

import java.util.SplittableRandom;

/**
 * Ids that look random and repeat with the seed.
 */
final class Ids {

	private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	private SplittableRandom random;

	Ids(long seed) {
		this.random = new SplittableRandom(seed);
	}

	synchronized String next(int length) {
		StringBuilder id = new StringBuilder(length);
		for (int i = 0; i < length; i++) {
			id.append(ALPHABET.charAt(this.random.nextInt(ALPHABET.length())));
		}
		return id.toString();
	}

	synchronized String nextHex() {
		return "%016x%016x".formatted(this.random.nextLong(), this.random.nextLong());
	}

	synchronized long nextSeed() {
		return this.random.nextLong();
	}

	synchronized void restart(long seed) {
		this.random = new SplittableRandom(seed);
	}

}
