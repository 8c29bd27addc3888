package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The whole pipeline beside the model of Spring AI, which has one stage, its retry:
 * blocking and streaming. The one that must not be quicker is the one an application gets
 * from Spring AI's own starter. Beside it stands the bare model, whose clients nobody
 * watches, over Reactor Netty and, where it blocks, over the client of the JDK too, which
 * it takes without Reactor Netty on the class path.
 */
final class SpringAiPeer implements Scenario {

	private final Comparison comparison;

	SpringAiPeer(Comparison comparison) {
		this.comparison = comparison;
	}

	@Override
	public void warmUp(Duration length) {
		// The forks do so themselves
	}

	@Override
	public List<Figure> run(Duration length) {
		List<Figure> figures = new ArrayList<>();
		compare(figures, length, Contender.PIPELINE_STREAMED,
				List.of(Contender.SPRING_AI_STREAMED, Contender.BARE_SPRING_AI_STREAMED));
		compare(figures, length, Contender.PIPELINE_BLOCKING, List.of(Contender.SPRING_AI_BLOCKING,
				Contender.BARE_SPRING_AI_BLOCKING, Contender.JDK_SPRING_AI_BLOCKING));
		return figures;
	}

	private void compare(List<Figure> figures, Duration length, Contender pipeline, List<Contender> peers) {
		List<Contender> all = new ArrayList<>(peers);
		all.add(0, pipeline);
		this.comparison.run(all, length).forEach((serviceTime, rounds) -> {
			for (Contender peer : peers) {
				boolean required = peer == peers.get(0);
				figures.addAll(Comparison.report(serviceTime.toMillis() + " ms, ", rounds, pipeline, peer,
						required ? Comparison.asked(serviceTime, ">= 100 %") : "-", "-"));
			}
		});
	}

}
