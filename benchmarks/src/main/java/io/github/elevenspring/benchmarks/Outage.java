package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What reaches a service that answers nothing but errors, by its own count: with circuit
 * breaker and limiter, and without either.
 */
final class Outage implements Scenario {

	private static final int CALLERS = 50;

	private final int calls;

	Outage(int calls) {
		this.calls = calls;
	}

	@Override
	public List<Figure> run(Duration length) {
		List<Figure> figures = new ArrayList<>();
		for (boolean breaker : new boolean[] { true, false }) {
			for (boolean limiter : new boolean[] { true, false }) {
				String name = "breaker " + (breaker ? "on" : "off") + ", limiter " + (limiter ? "on" : "off");
				measure(figures, name, "<= 1.1", "elevenlabs.circuit-breaker.enabled=" + breaker,
						"elevenlabs.limiter.enabled=" + limiter);
			}
		}
		measure(figures, "another model stands in, breaker on", "-", "elevenlabs.fallback.chain=model",
				"elevenlabs.fallback.model-id=eleven_flash_v2_5");
		return figures;
	}

	private void measure(List<Figure> figures, String name, String mustReach, String... properties) {
		try (SpeechServer server = SpeechServer.outOfOrder(); Starter starter = new Starter(server.url(), properties)) {
			ElevenLabsTemplate elevenLabs = starter.elevenLabs();
			Long failed = Flux.range(0, this.calls)
				.flatMap((number) -> elevenLabs.speech()
					.convert(SpeechRequest.of("Call " + number))
					.thenReturn(0)
					.onErrorResume(ElevenLabsException.class, (error) -> Mono.just(1)), CALLERS)
				.filter((failure) -> failure == 1)
				.count()
				.block();
			long requests = server.requests();
			figures.add(new Figure(name + ": requests a call", String.format("%.4f", requests / (double) this.calls),
					mustReach));
			figures.add(Figure.of(name + ": requests; calls that failed",
					String.format("%,d; %,d of %,d", requests, failed, this.calls)));
		}
	}

}
