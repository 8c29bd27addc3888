package io.github.elevenspring.test.simulator;

import java.util.List;

/**
 * A model as the simulator knows it.
 *
 * @param id the id
 * @param name the name
 * @param description one sentence
 * @param speaks whether it turns text into speech
 * @param maximumLength the documented number of characters per request
 * @param costMultiplier the credits per character
 * @param concurrencyGroup whose limit it counts against
 * @param latencyMillis the usual time to the first byte
 * @param languages the ISO 639-1 codes it speaks
 */
record Model(String id, String name, String description, boolean speaks, int maximumLength, double costMultiplier,
		String concurrencyGroup, long latencyMillis, List<String> languages) {

	boolean isV3() {
		return this.id.startsWith("eleven_v3");
	}

	boolean isV4() {
		return this.id.startsWith("eleven_v4");
	}

	/**
	 * Return the length above which a request is refused: the documented one and a tenth,
	 * as measured in 2026-09.
	 * @return the number of code points
	 */
	int cutOff() {
		return this.maximumLength + this.maximumLength / 10;
	}

	/**
	 * Return what a text costs. Halves are rounded to the even neighbour, which is what
	 * all measured costs have in common (55 characters at a half cost 28, 1 costs 0).
	 * @param codePoints the length of the text
	 * @return the credits
	 */
	long cost(int codePoints) {
		return (long) Math.rint(codePoints * this.costMultiplier);
	}

}
