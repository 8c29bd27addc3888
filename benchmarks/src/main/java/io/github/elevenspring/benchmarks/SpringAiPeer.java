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
 * blocking and streaming. Its blocking side runs over both Reactor Netty, which it finds
 * on the class path here, and the client of the JDK, which it takes without that.
 */
final class SpringAiPeer implements Scenario {

	private static final Duration SERVICE_TIME = Duration.ofMillis(20);

	private static final int CALLERS = 20;

	private static final String MODEL = "Spring AI";

	private static final String MODEL_ON_JDK = "Spring AI on JDK client";

	private final int rounds;

	SpringAiPeer(int rounds) {
		this.rounds = rounds;
	}

	@Override
	public List<Figure> run(Duration length) {
		List<Figure> figures = new ArrayList<>();
		Duration turn = length.dividedBy(2);
		for (Duration serviceTime : List.of(SERVICE_TIME, Duration.ZERO)) {
			try (SpeechServer server = SpeechServer.speaking(serviceTime);
					Starter starter = Starter.withEverything(server)) {
				WebClient.Builder http = WebClient.builder().clientConnector(starter.connector());
				ElevenLabsTextToSpeechModel model = Contender.springAi(server.url(),
						new ReactorClientHttpRequestFactory(), http.clone());
				ElevenLabsTextToSpeechModel onJdk = Contender.springAi(server.url(), new JdkClientHttpRequestFactory(),
						http.clone());
				String load = serviceTime.toMillis() + " ms, ";
				Rounds blocking = Rounds.of(List.of(Contender.blocking(starter.elevenLabs()),
						Contender.blocking(MODEL, model), Contender.blocking(MODEL_ON_JDK, onJdk)), CALLERS,
						this.rounds, turn);
				Comparison.report(figures, load + "blocking", blocking, MODEL, ">= 100 %", "-");
				Comparison.report(figures, load + "blocking", blocking, MODEL_ON_JDK, "-", "-");
				Rounds streamed = Rounds.of(
						List.of(Contender.streamed(starter.elevenLabs()), Contender.streamed(MODEL, model)), CALLERS,
						this.rounds, turn);
				Comparison.report(figures, load + "streamed", streamed, MODEL, ">= 100 %", "-");
			}
		}
		return figures;
	}

}
