package io.github.elevenspring.benchmarks;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * What one contender did in one turn. Times are in nanoseconds.
 *
 * @param perSecond calls a second
 * @param p50 median time of a call
 * @param p99 time that one call of a hundred takes longer than
 * @param cpu time of the processors for a call
 * @param allocated bytes allocated for a call
 * @param compiling how long the compiler was at work
 */
record Round(double perSecond, double p50, double p99, double cpu, double allocated, double compiling) {

	/**
	 * Read what {@link #line()} wrote.
	 */
	static Round of(String line) {
		double[] values = Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
		return new Round(values[0], values[1], values[2], values[3], values[4], values[5]);
	}

	/**
	 * Write this as a line.
	 */
	String line() {
		return DoubleStream.of(this.perSecond, this.p50, this.p99, this.cpu, this.allocated, this.compiling)
			.mapToObj(Double::toString)
			.collect(Collectors.joining(" "));
	}

}
