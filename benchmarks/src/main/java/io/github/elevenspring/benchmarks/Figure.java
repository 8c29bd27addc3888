package io.github.elevenspring.benchmarks;

/**
 * One line of what a scenario found out.
 *
 * @param what what was measured
 * @param measured the outcome, with its unit
 * @param mustReach what it must be, or a dash where nothing is asked
 */
record Figure(String what, String measured, String mustReach) {

	static Figure of(String what, String measured) {
		return new Figure(what, measured, "-");
	}

	static String percent(double share) {
		return String.format("%.1f %%", share * 100);
	}

	static String millis(double nanos) {
		return String.format("%.1f ms", nanos / 1e6);
	}

}
