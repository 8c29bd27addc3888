package io.github.elevenspring.fallback;

import java.util.function.Function;

import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Lets another reply follow one that fails before its first part, and asks it for what
 * the first one was asked for.
 */
final class FallbackOperator extends ReplyOperator {

	private final Function<ElevenLabsException, Flux<ReplyPart>> otherwise;

	/**
	 * Whether a part has come, after which no other reply may follow.
	 */
	private volatile boolean committed;

	/**
	 * How many parts were asked for before the first one came. Guarded by this.
	 */
	private long requested;

	/**
	 * Asks the reply that follows. Written guarded by this.
	 */
	private volatile Operators.@Nullable DeferredSubscription other;

	private volatile boolean cancelled;

	/**
	 * Create an operator for a subscription.
	 * @param actual receives the reply
	 * @param otherwise answers otherwise after an error
	 */
	FallbackOperator(CoreSubscriber<? super ReplyPart> actual,
			Function<ElevenLabsException, Flux<ReplyPart>> otherwise) {
		super(actual);
		this.otherwise = otherwise;
	}

	@Override
	public void onNext(ReplyPart part) {
		this.committed = true;
		super.onNext(part);
	}

	@Override
	public void onError(Throwable error) {
		if (this.committed || this.cancelled || !(error instanceof ElevenLabsException failure)) {
			super.onError(error);
			return;
		}
		Operators.DeferredSubscription other = new Operators.DeferredSubscription();
		synchronized (this) {
			if (this.requested > 0) {
				other.request(this.requested);
			}
			this.other = other;
		}
		if (!this.cancelled) {
			Flux.defer(() -> this.otherwise.apply(failure)).subscribe(new OtherReply(other));
		}
	}

	@Override
	public void request(long n) {
		if (Operators.validate(n)) {
			Subscription other = this.committed ? null : count(n);
			if (other != null) {
				other.request(n);
			}
			else {
				super.request(n);
			}
		}
	}

	/**
	 * Count what the first reply is asked for, as the other one is to be asked for it.
	 * @return the other one if it is its turn
	 */
	private synchronized @Nullable Subscription count(long n) {
		if (this.other == null) {
			this.requested = Operators.addCap(this.requested, n);
		}
		return this.other;
	}

	@Override
	public void cancel() {
		this.cancelled = true;
		Subscription other = this.other;
		if (other != null) {
			other.cancel();
		}
		super.cancel();
	}

	/**
	 * Passes the other reply on.
	 */
	private final class OtherReply implements CoreSubscriber<ReplyPart> {

		private final Operators.DeferredSubscription subscription;

		OtherReply(Operators.DeferredSubscription subscription) {
			this.subscription = subscription;
		}

		@Override
		public Context currentContext() {
			return FallbackOperator.this.currentContext();
		}

		@Override
		public void onSubscribe(Subscription upstream) {
			this.subscription.set(upstream);
		}

		@Override
		public void onNext(ReplyPart part) {
			FallbackOperator.super.onNext(part);
		}

		@Override
		public void onError(Throwable error) {
			FallbackOperator.super.onError(error);
		}

		@Override
		public void onComplete() {
			FallbackOperator.super.onComplete();
		}

	}

}
