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
 * of its own.
 */
final class SpeechServer implements AutoCloseable {

	private static final String THREADS = "speech-server";

	static final int PARTS = 8;

	static final int AUDIO_SIZE = 32 * 1024;

	private static final byte[] PART = new byte[AUDIO_SIZE / PARTS];

	private static final String OUT_OF_ORDER = """
			{"detail":{"status":"internal_server_error","message":"Something went wrong"}}""";

	private static final double GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

	/**
	 * How far from its mean the service time is at most, as a part of it.
	 */
	private static final double SPREAD = 0.25;

	private volatile Duration serviceTime = Duration.ZERO;

	private final boolean outOfOrder;

	private final LoopResources loops = LoopResources.create(THREADS, 1, true);

	private final Scheduler timer = Schedulers.newParallel(THREADS + "-timer", 1, true);

	private final AtomicLong delays = new AtomicLong();

	private final AtomicLong requests = new AtomicLong();

	private final AtomicInteger inFlight = new AtomicInteger();

	private final DisposableServer server;

	private SpeechServer(boolean outOfOrder) {
		this.outOfOrder = outOfOrder;
		this.server = HttpServer.create().host("127.0.0.1").port(0).runOn(this.loops).handle(this::answer).bindNow();
	}

	/**
	 * Start one that speaks at once.
	 */
	static SpeechServer speaking() {
		return new SpeechServer(false);
	}

	/**
	 * Start one that answers each request with 500.
	 */
	static SpeechServer outOfOrder() {
		return new SpeechServer(true);
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
			ready = ready.then(Mono.delay(next(serviceTime), this.timer)).then();
		}
		return ready.then(Mono.defer(() -> this.outOfOrder ? refuse(response) : speak(response)))
			.doFinally((signal) -> this.inFlight.decrementAndGet());
	}

	/**
	 * Return a time that differs from the one before and has the given mean, to a hair,
	 * over any few requests. Were it always the same, all callers would march in step.
	 */
	private Duration next(Duration mean) {
		double fraction = this.delays.getAndIncrement() * GOLDEN_RATIO % 1;
		return Duration.ofNanos((long) (mean.toNanos() * (1 + SPREAD * (2 * fraction - 1))));
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
