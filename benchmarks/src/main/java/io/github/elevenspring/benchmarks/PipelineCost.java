package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * What the whole pipeline costs beside a bare {@link WebClient} with the same connector,
 * and one that is watched as Spring Boot does it.
 */
final class PipelineCost implements Scenario {

	private final Comparison comparison;

	PipelineCost(Comparison comparison) {
		this.comparison = comparison;
	}

	@Override
	public void warmUp(Duration length) {
		// The forks do so themselves
	}

	@Override
	public List<Figure> run(Duration length) {
		List<Figure> figures = new ArrayList<>();
		compare(figures, length, Contender.PIPELINE_WHOLE, Contender.WEB_CLIENT_WHOLE,
				Contender.OBSERVED_WEB_CLIENT_WHOLE);
		compare(figures, length, Contender.PIPELINE_STREAMED, Contender.WEB_CLIENT_STREAMED,
				Contender.OBSERVED_WEB_CLIENT_STREAMED);
		return figures;
	}

	private void compare(List<Figure> figures, Duration length, Contender pipeline, Contender bare,
			Contender observed) {
		this.comparison.run(List.of(pipeline, bare, observed), length).forEach((serviceTime, rounds) -> {
			String load = serviceTime.toMillis() + " ms, ";
			figures.addAll(Comparison.report(load, rounds, pipeline, bare, Comparison.asked(serviceTime, ">= 95 %"),
					Comparison.asked(serviceTime, "<= 1 ms")));
			figures.addAll(Comparison.report(load, rounds, pipeline, observed, "-", "-"));
		});
	}

}
