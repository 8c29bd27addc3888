package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.springframework.ai.elevenlabs.ElevenLabsTextToSpeechModel;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.ReactorClientHttpRequestFactory;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * The whole pipeline beside the model of Spring AI, which has one stage, its retry:
 * blocking and streaming. The one that must not be quicker is the one an application gets
 * from Spring AI's own starter. Beside it stands the bare model, whose clients nobody
 * watches, over Reactor Netty and, where it blocks, over the client of the JDK too, which
 * it takes without Reactor Netty on the class path.
 */
final class SpringAiPeer implements Scenario {

	private static final Duration SERVICE_TIME = Duration.ofMillis(20);

	private static final int CALLERS = 20;

	private static final String MODEL = "Spring AI";

	private static final String BARE_MODEL = "bare Spring AI";

	private static final String MODEL_ON_JDK = "bare Spring AI on JDK client";

	private final int rounds;

	SpringAiPeer(int rounds) {
		this.rounds = rounds;
	}

	@Override
	public List<Figure> run(Duration length) {
		List<Figure> figures = new ArrayList<>();
		try (SpeechServer server = SpeechServer.speaking(Duration.ZERO);
				Starter starter = Starter.withEverything(server)) {
			WebClient.Builder http = WebClient.builder().clientConnector(starter.connector());
			ElevenLabsTextToSpeechModel bare = Contender.springAi(server.url(), new ReactorClientHttpRequestFactory(),
					http.clone());
			ElevenLabsTextToSpeechModel onJdk = Contender.springAi(server.url(), new JdkClientHttpRequestFactory(),
					http.clone());
			List<Contender> blocking = List.of(Contender.blocking(starter.elevenLabs()),
					Contender.blocking(MODEL, starter.springAi()), Contender.blocking(BARE_MODEL, bare),
					Contender.blocking(MODEL_ON_JDK, onJdk));
			List<Contender> streamed = List.of(Contender.streamed(starter.elevenLabs()),
					Contender.streamed(MODEL, starter.springAi()), Contender.streamed(BARE_MODEL, bare));
			// The service that takes no time compiles the code for the other one
			for (Duration serviceTime : List.of(Duration.ZERO, SERVICE_TIME)) {
				server.takes(serviceTime);
				String load = serviceTime.toMillis() + " ms, ";
				report(figures, load + "blocking", blocking, length.dividedBy(2));
				report(figures, load + "streamed", streamed, length.dividedBy(2));
			}
		}
		return figures;
	}

	private void report(List<Figure> figures, String load, List<Contender> contenders, Duration turn) {
		Rounds rounds = Rounds.of(contenders, CALLERS, this.rounds, turn);
		for (Contender other : contenders.subList(1, contenders.size())) {
			Comparison.report(figures, load, rounds, other.name(), other.name().equals(MODEL) ? ">= 100 %" : "-", "-");
		}
	}

}
