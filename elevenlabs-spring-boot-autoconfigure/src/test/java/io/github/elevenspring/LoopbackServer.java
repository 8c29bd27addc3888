package io.github.elevenspring;

import java.net.URI;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/**
 * An HTTP server on a free loopback port. Its event loops are its own: a context that is
 * closed stops those that all others share, and a server on a loop that has ended cannot
 * be stopped any more.
 */
public final class LoopbackServer implements AutoCloseable {

	private final LoopResources loops = LoopResources.create("loopback-server", 1, true);

	private final DisposableServer server;

	private LoopbackServer(UnaryOperator<HttpServer> setUp) {
		this.server = setUp.apply(HttpServer.create().host("127.0.0.1").port(0).runOn(this.loops)).bindNow();
	}

	/**
	 * Start a server that is set up by the caller.
	 */
	public static LoopbackServer start(UnaryOperator<HttpServer> setUp) {
		return new LoopbackServer(setUp);
	}

	/**
	 * Start a server that answers each request as told.
	 */
	public static LoopbackServer answering(
			BiFunction<? super HttpServerRequest, ? super HttpServerResponse, ? extends Publisher<Void>> answer) {
		return start((server) -> server.handle(answer));
	}

	/**
	 * Start a server that answers each request with the same JSON.
	 */
	public static LoopbackServer answeringJson(String json) {
		return answering(
				(request, response) -> response.header("Content-Type", "application/json").sendString(Mono.just(json)));
	}

	public int port() {
		return this.server.port();
	}

	public URI uri() {
		return URI.create("http://127.0.0.1:" + port());
	}

	@Override
	public void close() {
		this.server.disposeNow();
		this.loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).subscribe();
	}

}
