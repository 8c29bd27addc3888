package io.github.elevenspring.test.simulator;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.QueryStringDecoder;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/**
 * Listens on a loopback port and turns HTTP into exchanges and answers into HTTP. All
 * that takes time happens elsewhere: the event loops only move bytes.
 */
final class SimulatorServer {

	private static final int LARGEST_BODY = 10 * 1024 * 1024;

	// long enough for the client to read what was sent before the reset
	private static final Duration BEFORE_RESET = Duration.ofMillis(50);

	private static final int EVENT_LOOPS = 2;

	private final LoopResources loops = LoopResources.create("elevenlabs-simulator-http", EVENT_LOOPS, true);

	private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

	private final Set<Connection> busy = ConcurrentHashMap.newKeySet();

	private final Router api;

	private final Router control;

	private final Faults faults;

	private final Journal journal;

	private final Counters counters;

	private final Ids ids;

	private final Scheduler clock;

	private @Nullable DisposableServer server;

	private int port;

	SimulatorServer(int port, Router api, Router control, Faults faults, Journal journal, Counters counters, Ids ids,
			Scheduler clock) {
		this.port = port;
		this.api = api;
		this.control = control;
		this.faults = faults;
		this.journal = journal;
		this.counters = counters;
		this.ids = ids;
		this.clock = clock;
	}

	synchronized void start() {
		if (this.server != null) {
			return;
		}
		this.server = HttpServer.create()
			.host("127.0.0.1")
			.port(this.port)
			.runOn(this.loops)
			.doOnConnection(this::connected)
			.handle(this::handle)
			.bindNow();
		this.port = ((InetSocketAddress) this.server.address()).getPort();
	}

	synchronized void stop() {
		if (this.server == null) {
			return;
		}
		this.server.disposeNow();
		this.server = null;
		this.connections.forEach(Connection::disposeNow);
	}

	synchronized int port() {
		return this.port;
	}

	synchronized boolean isListening() {
		return this.server != null;
	}

	/**
	 * Close the connections on which a request is being answered.
	 */
	void interrupt() {
		this.busy.forEach(Connection::disposeNow);
	}

	void close() {
		stop();
		this.loops.disposeLater(Duration.ZERO, Duration.ofSeconds(2)).block(Duration.ofSeconds(5));
	}

	private void connected(Connection connection) {
		this.connections.add(connection);
		this.counters.connections(1);
		connection.onDispose(() -> {
			this.connections.remove(connection);
			this.counters.connections(-1);
		});
	}

	private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
		return readBody(request).flatMap((body) -> {
			Exchange exchange = exchange(request, body);
			return exchange.path().startsWith("/simulator/")
					? this.control.answer(exchange).flatMap((answer) -> send(response, answer))
					: respond(exchange, response);
		});
	}

	private Mono<Void> respond(Exchange exchange, HttpServerResponse response) {
		return Mono.using(() -> begin(exchange, response), (connection) -> {
			Mono<Answer> answer = this.api.answer(exchange);
			Fault fault = this.faults.take(exchange.path());
			return ((fault != null) ? fault.inject(answer, exchange) : answer)
				.doOnNext((ready) -> this.journal.add(exchange.record(ready.status())))
				.map((ready) -> ready.withHeaders(Map.of("x-trace-id", exchange.traceId(), "x-region", "simulator")))
				.flatMap((ready) -> send(response, ready));
		}, (connection) -> {
			this.busy.remove(connection);
			exchange.end();
		});
	}

	private Connection begin(Exchange exchange, HttpServerResponse response) {
		this.counters.requestStarted();
		Connection[] connection = new Connection[1];
		response.withConnection((current) -> connection[0] = current);
		this.busy.add(connection[0]);
		exchange.onEnd(() -> this.counters.requestEnded(false));
		return connection[0];
	}

	private Mono<Void> send(HttpServerResponse response, Answer answer) {
		Mono<Void> sent = Mono.empty();
		if (answer.status() != Answer.NO_STATUS) {
			response.status(answer.status());
			answer.headers().forEach(response::header);
			sent = response.send(body(answer), (chunk) -> true).then();
		}
		return sent.then(Mono.defer(() -> end(response, answer)));
	}

	private Flux<ByteBuf> body(Answer answer) {
		return answer.body()
			.map(Unpooled::wrappedBuffer)
			.doOnNext((chunk) -> this.counters.sent(chunk.readableBytes()));
	}

	private Mono<Void> end(HttpServerResponse response, Answer answer) {
		return switch (answer.ending()) {
			case PROPER -> Mono.empty();
			case SILENT -> Mono.never();
			case CUT -> Mono.fromRunnable(() -> response.withConnection((connection) -> connection.channel().close()))
				.then(Mono.never());
			case RESET -> Mono.delay(BEFORE_RESET, this.clock)
				.doOnNext((tick) -> response.withConnection((connection) -> reset(connection.channel())))
				.then(Mono.never());
		};
	}

	private static void reset(Channel channel) {
		channel.config().setOption(ChannelOption.SO_LINGER, 0);
		channel.close();
	}

	private Exchange exchange(HttpServerRequest request, byte[] body) {
		QueryStringDecoder uri = new QueryStringDecoder(request.uri());
		Map<String, String> headers = new TreeMap<>();
		request.requestHeaders()
			.forEach((header) -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
		return new Exchange(request.method().name(), uri.path(), uri.parameters(), headers, body, this.ids.nextHex());
	}

	private static Mono<byte[]> readBody(HttpServerRequest request) {
		return request.receive().asByteArray().reduceWith(ByteArrayOutputStream::new, (bytes, chunk) -> {
			if (bytes.size() + chunk.length <= LARGEST_BODY) {
				bytes.writeBytes(chunk);
			}
			return bytes;
		}).map(ByteArrayOutputStream::toByteArray);
	}

}
