package io.github.elevenspring.test.simulator;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.elevenspring.test.simulator.Answer.Ending;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
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
 * Listens on a loopback port and turns HTTP into exchanges and answers into HTTP. All
 * that takes time happens elsewhere: the event loops only move bytes.
 */
final class SimulatorServer {

	// long enough for the client to read what was sent before the reset
	private static final Duration BEFORE_RESET = Duration.ofMillis(50);

	private static final int EVENT_LOOPS = 2;

	private final LoopResources loops = LoopResources.create("elevenlabs-simulator-http", EVENT_LOOPS, true);

	private final Set<Channel> connections = ConcurrentHashMap.newKeySet();

	private final Map<Channel, Exchange> busy = new ConcurrentHashMap<>();

	private final Dispatcher dispatcher;

	private final Counters counters;

	private final Ids ids;

	private final Scheduler clock;

	private @Nullable DisposableServer server;

	private int port;

	SimulatorServer(int port, Dispatcher dispatcher, Counters counters, Ids ids, Scheduler clock) {
		this.port = port;
		this.dispatcher = dispatcher;
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
			.doOnChannelInit((observer, channel, address) -> connected(channel))
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
		this.connections.stream().map(Channel::close).toList().forEach(SimulatorServer::await);
	}

	synchronized int port() {
		return this.port;
	}

	synchronized boolean isListening() {
		return this.server != null;
	}

	/**
	 * Close the connections on which a request is being answered. Each event loop looks
	 * for itself, so that an answer whose last bytes just went out counts as complete.
	 */
	void interrupt() {
		List<Future<?>> interruptions = new ArrayList<>();
		this.busy.forEach((channel, exchange) -> interruptions.add(channel.eventLoop().submit(() -> {
			if (this.busy.remove(channel, exchange)) {
				exchange.abandon();
				exchange.end();
				channel.close();
			}
		})));
		interruptions.forEach(SimulatorServer::await);
	}

	/**
	 * Wait until a request or a connection is over, unless this is a thread that has to
	 * end it.
	 */
	private static void await(Future<?> end) {
		if (!Schedulers.isInNonBlockingThread()) {
			end.awaitUninterruptibly(2, TimeUnit.SECONDS);
		}
	}

	void close() {
		stop();
		this.loops.disposeLater(Duration.ZERO, Duration.ofSeconds(2)).block(Duration.ofSeconds(5));
	}

	private void connected(Channel connection) {
		this.connections.add(connection);
		this.counters.connections(1);
		connection.closeFuture().addListener((closed) -> {
			this.connections.remove(connection);
			this.counters.connections(-1);
		});
	}

	private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
		return readBody(request).flatMap((body) -> {
			Exchange exchange = exchange(request, body);
			return exchange.isControl() ? answer(exchange, response) : Mono.using(() -> begin(exchange, response),
					(channel) -> answer(exchange, response), (channel) -> end(exchange, channel));
		});
	}

	private Mono<Void> answer(Exchange exchange, HttpServerResponse response) {
		return this.dispatcher.answer(exchange)
			.flatMap((answer) -> send(exchange, response, answer))
			.doOnCancel(() -> clientGone(exchange))
			.doOnError((ex) -> clientGone(exchange));
	}

	private void clientGone(Exchange exchange) {
		if (exchange.abandon()) {
			this.counters.requestCancelled();
		}
	}

	private Channel begin(Exchange exchange, HttpServerResponse response) {
		this.counters.requestStarted();
		Channel channel = channel(response);
		this.busy.put(channel, exchange);
		return channel;
	}

	private void end(Exchange exchange, Channel channel) {
		this.busy.remove(channel, exchange);
		exchange.end();
		this.counters.requestEnded();
	}

	private Mono<Void> send(Exchange exchange, HttpServerResponse response, Answer answer) {
		Mono<Void> sent = Mono.empty();
		if (answer.status() != Answer.NO_STATUS) {
			response.status(answer.status());
			answer.headers().forEach(response::header);
			sent = response.send(body(exchange, answer), (chunk) -> true).then();
		}
		return sent.then(Mono.defer(() -> leave(exchange, response, answer.ending())));
	}

	private Flux<ByteBuf> body(Exchange exchange, Answer answer) {
		// a send to a closed connection completes, only its body is cancelled
		Flux<ByteBuf> body = answer.body()
			.doOnNext((chunk) -> count(exchange, chunk))
			.doOnCancel(() -> clientGone(exchange))
			.map(Unpooled::wrappedBuffer);
		if (!answer.isStream()) {
			return body;
		}
		return body.doOnSubscribe((subscription) -> this.counters.streams(1))
			.doFinally((signal) -> this.counters.streams(-1));
	}

	private void count(Exchange exchange, byte[] chunk) {
		if (!exchange.isAbandoned()) {
			this.counters.sent(chunk.length);
		}
	}

	private Mono<Void> leave(Exchange exchange, HttpServerResponse response, Ending ending) {
		return switch (ending) {
			case PROPER -> Mono.empty();
			case SILENT -> Mono.never();
			case CUT -> hangUp(exchange, () -> channel(response).close());
			case RESET -> Mono.delay(BEFORE_RESET, this.clock).then(hangUp(exchange, () -> reset(channel(response))));
		};
	}

	private static Mono<Void> hangUp(Exchange exchange, Runnable close) {
		return Mono.<Void>fromRunnable(() -> {
			exchange.abandon();
			close.run();
		}).then(Mono.never());
	}

	private static Channel channel(HttpServerResponse response) {
		AtomicReference<Channel> channel = new AtomicReference<>();
		response.withConnection((connection) -> channel.set(connection.channel()));
		return channel.get();
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
		return new Exchange(request.method().name(), uri.path(), uri.parameters(), headers, body, this.ids.nextHex(),
				this.clock);
	}

	private static Mono<byte[]> readBody(HttpServerRequest request) {
		return request.receive().asByteArray().reduceWith(ByteArrayOutputStream::new, (bytes, chunk) -> {
			// the first chunk too many is kept, so that one can tell
			if (bytes.size() <= Dispatcher.LARGEST_BODY) {
				bytes.writeBytes(chunk);
			}
			return bytes;
		}).map(ByteArrayOutputStream::toByteArray);
	}

}
