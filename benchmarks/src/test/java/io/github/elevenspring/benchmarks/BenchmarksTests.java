package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.Collection;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * All benchmarks and scenarios run, for a moment each. What they measure is not looked
 * at.
 */
class BenchmarksTests {

	private static final Duration SHORT_TURN = Duration.ofMillis(20);

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
	@ValueSource(strings = { "goodput", "interactive", "batch", "adaptive", "equal", "outage" })
	void scenariosRun(String name) {
		run(name, Duration.ofMillis(300));
	}

	@ParameterizedTest
	@ValueSource(strings = { "pipeline", "spring-ai-streamed" })
	void scenariosWithForksRun(String name) {
		run(name, SHORT_TURN);
	}

	/**
	 * Spring AI's blocking model over Reactor Netty now and then waits for the body of an
	 * answer for ever (spring-projects/spring-ai, issue 6417). That is no fault found
	 * here.
	 */
	@Test
	void scenarioWithABlockingPeerRunsUnlessThePeerHangs() {
		try {
			run("spring-ai-blocking", SHORT_TURN);
		}
		catch (ForkHangsException ex) {
			if (ex.contender() == Contender.PIPELINE_BLOCKING) {
				throw ex;
			}
			abort(ex.getMessage());
		}
	}

	private static void run(String name, Duration length) {
		Scenario scenario = Scenarios.all(Duration.ofMillis(300), new Comparison(1, 1, 2), 50).get(name);
		assertThat(scenario).isNotNull();
		List<Figure> figures = scenario.run(length);
		assertThat(figures).isNotEmpty().allSatisfy((figure) -> assertThat(figure.measured()).isNotBlank());
	}

}
