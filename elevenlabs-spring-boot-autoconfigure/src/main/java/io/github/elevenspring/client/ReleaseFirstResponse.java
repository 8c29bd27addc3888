package io.github.elevenspring.client;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.client.reactive.ClientHttpResponse;
import org.springframework.http.client.reactive.ClientHttpResponseDecorator;

/**
 * A response that tells the end of its body once the event loop is done with the
 * exchange, and so has given the connection back.
 */
final class ReleaseFirstResponse extends ClientHttpResponseDecorator {

	private final Executor eventLoop;

	ReleaseFirstResponse(ClientHttpResponse response, Executor eventLoop) {
		super(response);
		this.eventLoop = eventLoop;
	}

	@Override
	public Flux<DataBuffer> getBody() {
		Flux<DataBuffer> body = super.getBody();
		return new Flux<>() {

			@Override
			public void subscribe(CoreSubscriber<? super DataBuffer> actual) {
				body.subscribe(new BodyOperator(actual, ReleaseFirstResponse.this.eventLoop));
			}

		};
	}

	/**
	 * Passes all signals on, the end later than it came.
	 */
	private static final class BodyOperator implements CoreSubscriber<DataBuffer>, Subscription {

		private final CoreSubscriber<? super DataBuffer> actual;

		private final Executor eventLoop;

		private Subscription upstream = Operators.emptySubscription();

		BodyOperator(CoreSubscriber<? super DataBuffer> actual, Executor eventLoop) {
			this.actual = actual;
			this.eventLoop = eventLoop;
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
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
		public void cancel() {
			this.upstream.cancel();
		}

		@Override
		public void onNext(DataBuffer buffer) {
			this.actual.onNext(buffer);
		}

		@Override
		public void onError(Throwable error) {
			this.actual.onError(error);
		}

		@Override
		public void onComplete() {
			try {
				this.eventLoop.execute(this.actual::onComplete);
			}
			catch (RejectedExecutionException ex) {
				this.actual.onComplete();
			}
		}

	}

}
