package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * What the whole pipeline costs beside a bare {@link WebClient} with the same connector,
 * and one that is watched as Spring Boot does it: before a service that takes its time,
 * as speech does, and before one that takes none, which leaves nothing but the cost.
 */
final class PipelineCost implements Scenario {

	private static final Duration SERVICE_TIME = Duration.ofMillis(20);

	private static final int CALLERS = 20;

	private static final String BARE = "WebClient";

	private static final String OBSERVED = "WebClient, observed";

	private final int rounds;

	PipelineCost(int rounds) {
		this.rounds = rounds;
	}

	@Override
	public List<Figure> run(Duration length) {
		List<Figure> figures = new ArrayList<>();
		try (SpeechServer server = SpeechServer.speaking(Duration.ZERO);
				Starter starter = Starter.withEverything(server)) {
			WebClient bare = WebClient.builder().baseUrl(server.url()).clientConnector(starter.connector()).build();
			WebClient observed = starter.webClient().baseUrl(server.url()).build();
			// The service that takes no time compiles the code for the other one
			for (Duration serviceTime : List.of(Duration.ZERO, SERVICE_TIME)) {
				server.takes(serviceTime);
				boolean asked = !serviceTime.isZero();
				String load = serviceTime.toMillis() + " ms, ";
				Duration turn = length.dividedBy(2);
				report(figures, load + "whole", Rounds.of(List.of(Contender.whole(starter.elevenLabs()),
						Contender.whole(BARE, bare), Contender.whole(OBSERVED, observed)), CALLERS, this.rounds, turn),
						asked);
				report(figures, load + "streamed",
						Rounds.of(List.of(Contender.streamed(starter.elevenLabs()), Contender.streamed(BARE, bare),
								Contender.streamed(OBSERVED, observed)), CALLERS, this.rounds, turn),
						asked);
			}
		}
		return figures;
	}

	private static void report(List<Figure> figures, String load, Rounds rounds, boolean asked) {
		Comparison.report(figures, load, rounds, BARE, asked ? ">= 95 %" : "-", asked ? "<= 1 ms" : "-");
		Comparison.report(figures, load, rounds, OBSERVED, "-", "-");
	}

}
