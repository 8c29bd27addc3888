package io.github.elevenspring.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.github.elevenspring.LoopbackServer;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.deadline.DeadlineStage;
import io.github.elevenspring.leak.LeakWatch;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.github.elevenspring.template.SpeechDefaults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Cancels streams at all sorts of moments: before the request is out, while it waits for
 * an answer, at the first chunk, in the middle. Whatever the moment, nothing may stay
 * behind. {@code -Delevenlabs.test.cancelled-streams} sets how many.
 */
@ExtendWith(LeakWatch.class)
class CancellationTests {

	private static final int STREAMS = Integer.getInteger("elevenlabs.test.cancelled-streams", 10_000);

	private static final int AT_ONCE = 48;

	private static final byte[] CHUNK = new byte[8 * 1024];

	private final AtomicInteger open = new AtomicInteger();

	private final AtomicInteger seen = new AtomicInteger();

	private final AtomicLong chunks = new AtomicLong();

	@Test
	void nothingStaysBehindWhenStreamsAreCancelledAtRandomPoints() {
		ConnectionProvider connections = ConnectionProvider.create("cancellation", AT_ONCE);
		try (LoopbackServer server = server()) {
			ElevenLabsTemplate template = template(server.uri(), connections);
			long seed = System.nanoTime();
			Random random = new Random(seed);
			Long cancelled = Flux.range(0, STREAMS)
				.map((i) -> random.nextInt(8))
				.flatMap((moment) -> cancelledAt(moment, template), AT_ONCE)
				.count()
				.block(Duration.ofMinutes(5));
			assertThat(cancelled).as("seed " + seed).isEqualTo(STREAMS);
			await().atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(this.open).as("open upstream requests, seed " + seed).hasValue(0));
			assertThat(this.seen.get()).isGreaterThan(STREAMS / 4);
			assertThat(this.chunks.get()).isGreaterThan(STREAMS / 4);
		}
		finally {
			connections.dispose();
		}
	}

	private Mono<Integer> cancelledAt(int moment, ElevenLabsTemplate template) {
		Flux<byte[]> stream = template.speech().stream(SpeechRequest.of("Hello")).doOnNext((bytes) -> {
			assertThat(bytes).isNotEmpty();
			this.chunks.incrementAndGet();
		});
		Flux<byte[]> cancelled = switch (moment) {
			case 0 -> stream.takeUntilOther(Mono.just(moment));
			case 1 -> stream.takeUntilOther(Mono.delay(Duration.ofNanos(200_000)));
			case 2 -> stream.takeUntilOther(Mono.delay(Duration.ofMillis(1)));
			case 3 -> stream.takeUntilOther(Mono.delay(Duration.ofMillis(3)));
			case 4 -> template.speech().stream(SpeechRequest.of("Hello"), (reply) -> Flux.<byte[]>empty());
			default -> stream.take(moment - 4);
		};
		return cancelled.then(Mono.just(moment));
	}

	private LoopbackServer server() {
		Flux<byte[]> endless = Flux.generate((sink) -> sink.next(CHUNK));
		return LoopbackServer.answering((request, response) -> request.receive()
			.then()
			.then(response.header("Content-Type", "audio/mpeg").sendByteArray(endless).then())
			.doOnSubscribe((subscription) -> {
				this.seen.incrementAndGet();
				this.open.incrementAndGet();
			})
			.doFinally((signal) -> this.open.decrementAndGet()));
	}

	private static ElevenLabsTemplate template(URI uri, ConnectionProvider connections) {
		WebClient http = WebClient.builder()
			.clientConnector(new ApiKeyConnector(
					new EventLoopConnector(new ReactorClientHttpConnector(HttpClient.create(connections))),
					() -> "key"))
			.build();
		ElevenLabsClient client = new ElevenLabsClient(http, () -> uri, () -> "key",
				new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(30)), Schedulers.parallel());
		return new ElevenLabsTemplate(
				new CallPipeline(List.of(new DeadlineStage(Duration.ofMinutes(1), Schedulers.parallel())), client),
				new ReplyReader(1_000_000), new SpeechDefaults("voice", "model", OutputFormat.MP3_44100_128),
				new ModelCatalog());
	}

}
