package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.netty.buffer.Unpooled;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/**
 * A server on the loopback interface that takes every request, and after a set time
 * answers 32 KB of audio in eight parts, or that it is out of order. It runs on threads
 * of its own, so that what the client costs can be told apart.
 */
final class SpeechServer implements AutoCloseable {

	/**
	 * How the names of its threads begin.
	 */
	static final String THREADS = "speech-server";

	static final int PARTS = 8;

	static final int AUDIO_SIZE = 32 * 1024;

	private static final byte[] PART = new byte[AUDIO_SIZE / PARTS];

	private static final String OUT_OF_ORDER = """
			{"detail":{"status":"internal_server_error","message":"Something went wrong"}}""";

	private volatile Duration serviceTime;

	private final boolean outOfOrder;

	private final LoopResources loops = LoopResources.create(THREADS, 1, true);

	private final Scheduler timer = Schedulers.newParallel(THREADS + "-timer", 1, true);

	private final AtomicLong requests = new AtomicLong();

	private final AtomicInteger inFlight = new AtomicInteger();

	private final DisposableServer server;

	private SpeechServer(Duration serviceTime, boolean outOfOrder) {
		this.serviceTime = serviceTime;
		this.outOfOrder = outOfOrder;
		this.server = HttpServer.create().host("127.0.0.1").port(0).runOn(this.loops).handle(this::answer).bindNow();
	}

	/**
	 * Start one that speaks.
	 * @param serviceTime time from the request to the first part of the audio
	 */
	static SpeechServer speaking(Duration serviceTime) {
		return new SpeechServer(serviceTime, false);
	}

	/**
	 * Start one that answers each request with 500.
	 */
	static SpeechServer outOfOrder() {
		return new SpeechServer(Duration.ZERO, true);
	}

	/**
	 * Change the time from the request to the first part of the audio, for the requests
	 * to come.
	 */
	void takes(Duration serviceTime) {
		this.serviceTime = serviceTime;
	}

	String url() {
		return "http://127.0.0.1:" + this.server.port();
	}

	/**
	 * Return how many requests came.
	 */
	long requests() {
		return this.requests.get();
	}

	@Override
	public void close() {
		this.server.disposeNow(Duration.ofSeconds(5));
		this.timer.dispose();
		this.loops.disposeLater(Duration.ZERO, Duration.ofSeconds(1)).block();
	}

	private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
		this.requests.incrementAndGet();
		this.inFlight.incrementAndGet();
		Mono<Void> ready = request.receive().then();
		Duration serviceTime = this.serviceTime;
		if (!serviceTime.isZero()) {
			ready = ready.then(Mono.delay(serviceTime, this.timer)).then();
		}
		return ready.then(Mono.defer(() -> this.outOfOrder ? refuse(response) : speak(response)))
			.doFinally((signal) -> this.inFlight.decrementAndGet());
	}

	private Mono<Void> refuse(HttpServerResponse response) {
		return response.status(500)
			.header("content-type", "application/json")
			.sendString(Mono.just(OUT_OF_ORDER))
			.then();
	}

	private Mono<Void> speak(HttpServerResponse response) {
		return response.header("content-type", "audio/mpeg")
			.header("request-id", "request")
			.header("character-cost", "100")
			.header("current-concurrent-requests", Integer.toString(this.inFlight.get()))
			.header("maximum-concurrent-requests", "100")
			.send(Flux.range(0, PARTS).map((part) -> Unpooled.wrappedBuffer(PART)), (part) -> true)
			.then();
	}

}
