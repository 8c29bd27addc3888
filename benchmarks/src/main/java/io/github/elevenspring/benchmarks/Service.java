package io.github.elevenspring.benchmarks;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.client.ElevenLabsClient;
import io.github.elevenspring.client.Timeouts;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * A service on the loopback interface that takes as many requests at once as it has
 * slots, each for a set time, and refuses the rest as ElevenLabs does. It keeps its own
 * count, and knows for how long its slots were in use.
 */
final class Service implements AutoCloseable {

	private static final byte[] AUDIO = new byte[4096];

	private static final String REFUSAL = """
			{"detail":{"status":"too_many_concurrent_requests","message":"Too many concurrent requests"}}""";

	private final Duration serviceTime;

	private final double spread;

	/**
	 * Guarded by this, as all below.
	 */
	private int slots;

	private int others;

	private boolean silent;

	private final DisposableServer server;

	private final ConnectionProvider connections;

	private int inFlight;

	private int peak;

	private long served;

	private long refused;

	private long usedNanos;

	private long usedSince;

	private long changedAt = System.nanoTime();

	Service(int slots, Duration serviceTime) {
		this(slots, serviceTime, 0);
	}

	/**
	 * Create a service.
	 * @param slots most requests at once
	 * @param serviceTime how long each takes on average
	 * @param spread how far from that it may be, as a part of it
	 */
	Service(int slots, Duration serviceTime, double spread) {
		this.slots = slots;
		this.spread = spread;
		this.serviceTime = serviceTime;
		this.server = HttpServer.create().host("127.0.0.1").port(0).handle(this::answer).bindNow();
		this.connections = ConnectionProvider.builder("benchmarks")
			.maxConnections(500)
			.pendingAcquireMaxCount(-1)
			.build();
	}

	/**
	 * Return the real client, directed here.
	 */
	CallChain client() {
		WebClient http = WebClient.builder()
			.clientConnector(new ReactorClientHttpConnector(HttpClient.create(this.connections)))
			.build();
		URI here = URI.create("http://127.0.0.1:" + this.server.port());
		return new ElevenLabsClient(http, () -> here, () -> "key",
				new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(30)), Schedulers.parallel());
	}

	/**
	 * Change what this application gets.
	 * @param slots most requests at once
	 * @param others requests of other users of the account, all the time
	 * @param silent whether no header tells of either
	 */
	synchronized void change(int slots, int others, boolean silent) {
		this.slots = slots;
		this.others = others;
		this.silent = silent;
	}

	/**
	 * Begin to measure.
	 * @return requests that came before
	 */
	synchronized int begin() {
		count(0);
		this.usedNanos = 0;
		this.usedSince = this.changedAt;
		this.served = 0;
		this.refused = 0;
		this.peak = this.inFlight;
		return this.inFlight;
	}

	/**
	 * Return what was seen since the measurement began.
	 */
	synchronized Usage usage() {
		count(0);
		double available = (double) (this.changedAt - this.usedSince) * this.slots;
		return new Usage(this.usedNanos / available, this.served * (double) this.serviceTime.toNanos() / available,
				this.served, this.refused, this.peak);
	}

	@Override
	public void close() {
		this.connections.dispose();
		this.server.disposeNow(Duration.ofSeconds(5));
	}

	private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
		if (!enter(response)) {
			return response.status(429).header("content-type", "application/json").sendString(Mono.just(REFUSAL));
		}
		double factor = 1 + this.spread * (2 * ThreadLocalRandom.current().nextDouble() - 1);
		return request.receive()
			.then(Mono.delay(Duration.ofNanos((long) (this.serviceTime.toNanos() * factor)), Schedulers.parallel()))
			.doOnSuccess((ignored) -> served())
			.then(Mono.defer(() -> response.sendByteArray(Mono.just(AUDIO)).then()));
	}

	private synchronized boolean enter(HttpServerResponse response) {
		int current = this.inFlight + this.others + 1;
		if (current > this.slots) {
			this.refused++;
			return false;
		}
		count(1);
		this.peak = Math.max(this.peak, this.inFlight);
		response.header("content-type", "audio/mpeg");
		if (!this.silent) {
			response.header("maximum-concurrent-requests", Integer.toString(this.slots))
				.header("current-concurrent-requests", Integer.toString(current));
		}
		return true;
	}

	private synchronized void served() {
		count(-1);
		this.served++;
	}

	private void count(int change) {
		long now = System.nanoTime();
		this.usedNanos += this.inFlight * (now - this.changedAt);
		this.changedAt = now;
		this.inFlight += change;
	}

	/**
	 * What was seen of the load.
	 *
	 * @param slotTime part of the time of all slots in which they were in use
	 * @param useful part of the time of all slots that the calls served needed at least
	 * @param served calls that were served
	 * @param refused calls that were one too many
	 * @param peak most calls at once
	 */
	record Usage(double slotTime, double useful, long served, long refused, int peak) {

	}

}
