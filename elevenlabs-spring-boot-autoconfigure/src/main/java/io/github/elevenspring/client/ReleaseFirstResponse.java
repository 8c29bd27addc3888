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
 * A response that tells the end of its body when the event loop is done with what it is
 * doing: Reactor Netty tells that end first and gives the connection back next, within
 * one task.
 */
final class ReleaseFirstResponse extends ClientHttpResponseDecorator {

	private final Executor eventLoop;

	/**
	 * Whether the whole body has come.
	 */
	private volatile boolean ended;

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
				if (ReleaseFirstResponse.this.ended) {
					// WebClient asks whether anything is left once it has heard the end
					Operators.complete(actual);
				}
				else {
					body.subscribe(new BodyOperator(actual));
				}
			}

		};
	}

	/**
	 * Passes all signals on, the end later than it came.
	 */
	private final class BodyOperator implements CoreSubscriber<DataBuffer>, Subscription {

		private final CoreSubscriber<? super DataBuffer> actual;

		private Subscription upstream = Operators.emptySubscription();

		private volatile boolean cancelled;

		BodyOperator(CoreSubscriber<? super DataBuffer> actual) {
			this.actual = actual;
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
			this.cancelled = true;
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
			ReleaseFirstResponse.this.ended = true;
			try {
				ReleaseFirstResponse.this.eventLoop.execute(this::tellEnd);
			}
			catch (RejectedExecutionException ex) {
				tellEnd();
			}
		}

		private void tellEnd() {
			if (!this.cancelled) {
				this.actual.onComplete();
			}
		}

	}

}
