package io.github.elevenspring.client;

import java.net.URI;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.netty.Connection;
import reactor.util.context.Context;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpResponse;

/**
 * Brings what happens to an exchange in line with the event loop of its connection, where
 * Reactor Netty makes the connections; others are left as they are. Thread-safe.
 * <ul>
 * <li>A cancel and the arrival of an answer happen one after the other, as the cancel
 * takes place on the event loop. Without that, a caller who leaves from another thread
 * while Reactor Netty hands the answer over is too late to cancel the request and too
 * early to cancel the body: the connection stays open, with what it has received
 * (spring-projects/spring-framework, pull request 37205).</li>
 * <li>The end of a body is told once its connection is back in the pool. Reactor Netty
 * tells it a moment earlier, so that the call that follows, or that waited for the slot
 * of this one, would find the connection taken and open another.</li>
 * </ul>
 *
 * @since 0.1.0
 */
public final class EventLoopConnector implements ClientHttpConnector {

	private final ClientHttpConnector delegate;

	/**
	 * Create a connector.
	 * @param delegate makes the requests
	 */
	public EventLoopConnector(ClientHttpConnector delegate) {
		this.delegate = delegate;
	}

	@Override
	public Mono<ClientHttpResponse> connect(HttpMethod method, URI uri,
			Function<? super ClientHttpRequest, Mono<Void>> requestCallback) {
		return new Mono<>() {

			@Override
			public void subscribe(CoreSubscriber<? super ClientHttpResponse> actual) {
				Exchange exchange = new Exchange(actual);
				EventLoopConnector.this.delegate
					.connect(method, uri,
							(request) -> exchange.begin(request) ? requestCallback.apply(request) : Mono.never())
					.subscribe(exchange);
			}

		};
	}

	/**
	 * One request and its answer.
	 */
	private static final class Exchange implements CoreSubscriber<ClientHttpResponse>, Subscription {

		private static final AtomicReferenceFieldUpdater<Exchange, @Nullable Executor> EVENT_LOOP = AtomicReferenceFieldUpdater
			.newUpdater(Exchange.class, Executor.class, "eventLoop");

		/**
		 * Stands for an event loop once the caller has left.
		 */
		private static final Executor LEFT = Runnable::run;

		private final CoreSubscriber<? super ClientHttpResponse> actual;

		private final Context context;

		/**
		 * Where the answer will arrive, {@code null} as long as none can.
		 */
		private volatile @Nullable Executor eventLoop;

		private Subscription upstream = Operators.emptySubscription();

		Exchange(CoreSubscriber<? super ClientHttpResponse> actual) {
			this.actual = actual;
			this.context = actual.currentContext();
		}

		/**
		 * Remember where the answer to a request will arrive.
		 * @return {@code false} if the caller has left, and the request must not be sent
		 */
		boolean begin(ClientHttpRequest request) {
			if (request.getNativeRequest() instanceof Connection connection) {
				Executor before = this.eventLoop;
				return before != LEFT && EVENT_LOOP.compareAndSet(this, before, connection.channel().eventLoop());
			}
			return true;
		}

		@Override
		public Context currentContext() {
			return this.context;
		}

		@Override
		public void onSubscribe(Subscription upstream) {
			this.upstream = upstream;
			this.actual.onSubscribe(this);
		}

		@Override
		public void request(long n) {
			this.upstream.request(n);
		}

		@Override
		public void onNext(ClientHttpResponse response) {
			// Also if the caller has left: whoever gets it cancels its body
			Executor eventLoop = this.eventLoop;
			this.actual.onNext((eventLoop != null) ? new ReleaseFirstResponse(response, eventLoop) : response);
		}

		@Override
		public void onError(Throwable error) {
			this.actual.onError(error);
		}

		@Override
		public void onComplete() {
			this.actual.onComplete();
		}

		@Override
		public void cancel() {
			Executor eventLoop = EVENT_LOOP.getAndSet(this, LEFT);
			if (eventLoop == null) {
				this.upstream.cancel();
			}
			else if (eventLoop != LEFT) {
				try {
					// Never at once: this may be the event loop handing the answer over
					eventLoop.execute(this.upstream::cancel);
				}
				catch (RejectedExecutionException ex) {
					this.upstream.cancel();
				}
			}
		}

	}

}
