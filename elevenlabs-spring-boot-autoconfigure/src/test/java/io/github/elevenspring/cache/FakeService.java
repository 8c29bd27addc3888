package io.github.elevenspring.cache;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.ReplyMetadata;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

import org.springframework.http.HttpHeaders;

/**
 * The rest of the way of a call, as a test plays it by hand.
 */
final class FakeService implements CallChain {

	static final long COST = 7;

	final List<Request> requests = new CopyOnWriteArrayList<>();

	@Override
	public Flux<ReplyPart> proceed(Call call) {
		return new Flux<>() {

			@Override
			public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
				Request request = new Request(call, actual);
				FakeService.this.requests.add(request);
				actual.onSubscribe(request);
			}

		};
	}

	/**
	 * Return the only request there is.
	 */
	Request request() {
		if (this.requests.size() != 1) {
			throw new AssertionError("There are " + this.requests.size() + " requests");
		}
		return this.requests.get(0);
	}

	Request request(int i) {
		return this.requests.get(i);
	}

	static Call call(String text) {
		return call(text, CallOptions.defaults());
	}

	static Call call(String text, CallOptions options) {
		return new Call(Operation.SPEECH_STREAM,
				SpeechRequest.builder(text).voiceId("voice").modelId("model").options(options).build());
	}

	static ReplyPart.Head head() {
		HttpHeaders headers = new HttpHeaders();
		headers.set("content-type", "audio/mpeg");
		headers.set("request-id", "r-1");
		return new ReplyPart.Head(200, HttpHeaders.readOnlyHttpHeaders(headers),
				new ReplyMetadata("r-1", "t-1", null, COST, 3, 5, "eu", null));
	}

	/**
	 * One subscription.
	 */
	static final class Request implements Subscription {

		final Call call;

		final CallProgress progress;

		private final CoreSubscriber<? super ReplyPart> actual;

		final AtomicLong demand = new AtomicLong();

		volatile boolean cancelled;

		Request(Call call, CoreSubscriber<? super ReplyPart> actual) {
			this.call = call;
			this.actual = actual;
			this.progress = CallProgress.of(actual.currentContext());
		}

		Request sent() {
			this.progress.countAttempt();
			return this;
		}

		Request head() {
			return emit(FakeService.head());
		}

		Request chunk(int... bytes) {
			byte[] chunk = new byte[bytes.length];
			for (int i = 0; i < bytes.length; i++) {
				chunk[i] = (byte) bytes[i];
			}
			return emit(new ReplyPart.Chunk(chunk));
		}

		Request emit(ReplyPart part) {
			if (this.demand.getAndDecrement() <= 0) {
				throw new AssertionError("Nobody asked for more");
			}
			this.actual.onNext(part);
			return this;
		}

		void complete() {
			this.actual.onComplete();
		}

		void fail(Throwable error) {
			this.actual.onError(error);
		}

		@Override
		public void request(long n) {
			this.demand.accumulateAndGet(n, Operators::addCap);
		}

		@Override
		public void cancel() {
			this.cancelled = true;
		}

	}

}
