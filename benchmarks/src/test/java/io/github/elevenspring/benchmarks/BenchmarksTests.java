package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All benchmarks and scenarios run, for a moment each. What they measure is not looked
 * at. A peer that never ends a call fails its test, and does not hold up the build.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BenchmarksTests {

	@Test
	void benchmarksRun() throws RunnerException {
		Collection<RunResult> results = new Runner(new OptionsBuilder().include("io.github.elevenspring.benchmarks")
			.param("waiting", "100")
			.forks(0)
			.warmupIterations(0)
			.measurementIterations(1)
			.measurementTime(TimeValue.milliseconds(50))
			.shouldFailOnError(true)
			.build()).run();
		assertThat(results).hasSize(14);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "goodput", "interactive", "batch", "adaptive", "equal", "pipeline", "spring-ai", "outage" })
	void scenariosRun(String name) {
		Scenario scenario = Scenarios.all(Duration.ofMillis(300), 1, 50).get(name);
		assertThat(scenario).isNotNull();
		List<Figure> figures = scenario.run(Duration.ofMillis(300));
		assertThat(figures).isNotEmpty().allSatisfy((figure) -> assertThat(figure.measured()).isNotBlank());
	}

}
