package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * A small program that loads a service on the loopback interface and watches it. It has a
 * thread to itself, which it may block.
 */
interface Scenario {

	/**
	 * Run.
	 * @param length how long to measure, or how long each turn of a contender takes
	 * @return what came out
	 */
	List<Figure> run(Duration length);

	/**
	 * Run unseen, so that the code is compiled.
	 * @param length how long
	 */
	default void warmUp(Duration length) {
		run(length);
	}

}
