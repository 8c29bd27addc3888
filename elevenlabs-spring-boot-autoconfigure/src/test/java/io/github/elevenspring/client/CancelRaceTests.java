package io.github.elevenspring.client;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import io.github.elevenspring.LoopbackServer;
import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.leak.LeakWatch;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A caller leaves from another thread in the very moment in which an endless answer
 * arrives. Whatever the moment, the connection must be closed, and nobody may be told of
 * an error that is none.
 */
@ExtendWith(LeakWatch.class)
class CancelRaceTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private static final byte[] CHUNK = new byte[8 * 1024];

	private final AtomicInteger seen = new AtomicInteger();

	private final AtomicInteger open = new AtomicInteger();

	private final Queue<Throwable> dropped = new ConcurrentLinkedQueue<>();

	private final AtomicReference<Disposable> caller = new AtomicReference<>();

	private final ConnectionProvider connections = ConnectionProvider.create("cancel-race", 1);

	private LoopbackServer server;

	@BeforeEach
	void start() {
		Hooks.onErrorDropped(this.dropped::add);
		Flux<byte[]> endless = Flux.generate((sink) -> sink.next(CHUNK));
		this.server = LoopbackServer.start((http) -> http.doOnConnection((connection) -> {
			this.seen.incrementAndGet();
			this.open.incrementAndGet();
			connection.onDispose(this.open::decrementAndGet);
		})
			.handle((request, response) -> request.receive()
				.then()
				.then(response.header("Content-Type", "audio/mpeg").sendByteArray(endless).then())));
	}

	@AfterEach
	void stop() {
		Hooks.resetOnErrorDropped();
		this.connections.dispose();
		this.server.close();
	}

	@Test
	void hangsUpWhenTheCallerLeavesBeforeTheConnectorHasTheAnswer() {
		assertLeaves((http) -> http.mapConnect((connection) -> connection.doOnNext((ready) -> leave())),
				(request, next) -> next.exchange(request));
	}

	@Test
	void hangsUpWhenTheCallerLeavesBeforeTheBodyIsSubscribedTo() {
		assertLeaves(UnaryOperator.identity(),
				(request, next) -> next.exchange(request).doOnNext((response) -> leave()));
	}

	@Test
	void hangsUpWhenTheCallerLeavesWhileTheRequestIsWritten() {
		assertLeaves((http) -> http.doOnRequest((request, connection) -> leave()),
				(request, next) -> next.exchange(request));
	}

	@Test
	void hangsUpWhenTheCallerLeavesOnTheEventLoopItself() {
		assertLeaves(UnaryOperator.identity(),
				(request, next) -> next.exchange(request).doOnNext((response) -> caller().dispose()));
	}

	private void assertLeaves(UnaryOperator<HttpClient> moment, ExchangeFilterFunction filter) {
		HttpClient http = moment.apply(HttpClient.create(this.connections).doOnConnected((connection) -> {
			this.seen.incrementAndGet();
			this.open.incrementAndGet();
			connection.channel().closeFuture().addListener((closed) -> this.open.decrementAndGet());
		}));
		WebClient web = WebClient.builder()
			.clientConnector(
					new ApiKeyConnector(new EventLoopConnector(new ReactorClientHttpConnector(http)), () -> "key"))
			.filter(filter)
			.build();
		ElevenLabsClient client = new ElevenLabsClient(web, this.server::uri, () -> "key",
				new Timeouts(LONG_ENOUGH, LONG_ENOUGH), Schedulers.parallel());
		Call call = new Call(Operation.SPEECH_STREAM,
				SpeechRequest.of("Hello").voice("v").format(OutputFormat.MP3_44100_128));
		AtomicInteger received = new AtomicInteger();
		this.caller.set(client.proceed(call).subscribe((part) -> received.incrementAndGet(), this.dropped::add));
		await().atMost(LONG_ENOUGH).untilAsserted(() -> {
			assertThat(this.seen).hasPositiveValue();
			assertThat(this.open).hasValue(0);
		});
		assertThat(received).hasValue(0);
		assertThat(this.dropped).isEmpty();
	}

	/**
	 * Leave on another thread, and go on when that is done. An event loop must not block,
	 * so it spins.
	 */
	private void leave() {
		CompletableFuture<Void> left = CompletableFuture.runAsync(() -> caller().dispose());
		while (!left.isDone()) {
		}
	}

	private Disposable caller() {
		Disposable caller = this.caller.get();
		while (caller == null) {
			caller = this.caller.get();
		}
		return caller;
	}

}
