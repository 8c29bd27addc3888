package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * Placeholder.
 */
final class Convergence implements Scenario {

	@Override
	public List<Figure> run(Duration length) {
		return List.of();
	}

}
