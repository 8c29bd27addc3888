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

	private final Contender pipeline;

	private final List<Contender> peers;

	private SpringAiPeer(Comparison comparison, Contender pipeline, Contender... peers) {
		this.comparison = comparison;
		this.pipeline = pipeline;
		this.peers = List.of(peers);
	}

	static SpringAiPeer streamed(Comparison comparison) {
		return new SpringAiPeer(comparison, Contender.PIPELINE_STREAMED, Contender.SPRING_AI_STREAMED,
				Contender.BARE_SPRING_AI_STREAMED);
	}

	static SpringAiPeer blocking(Comparison comparison) {
		return new SpringAiPeer(comparison, Contender.PIPELINE_BLOCKING, Contender.SPRING_AI_BLOCKING,
				Contender.BARE_SPRING_AI_BLOCKING, Contender.JDK_SPRING_AI_BLOCKING);
	}

	@Override
	public void warmUp(Duration length) {
		// The forks do so themselves
	}

	@Override
	public List<Figure> run(Duration length) {
		List<Figure> figures = new ArrayList<>();
		List<Contender> all = new ArrayList<>(this.peers);
		all.add(0, this.pipeline);
		this.comparison.run(all, length).forEach((serviceTime, rounds) -> {
			for (Contender peer : this.peers) {
				boolean required = peer == this.peers.get(0);
				figures.addAll(Comparison.report(serviceTime.toMillis() + " ms, ", rounds, this.pipeline, peer,
						required ? Comparison.asked(serviceTime, ">= 100 %") : "-", "-"));
			}
		});
		return figures;
	}

}
