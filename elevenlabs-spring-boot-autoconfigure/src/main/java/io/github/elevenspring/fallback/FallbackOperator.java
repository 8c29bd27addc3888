package io.github.elevenspring.fallback;

import java.util.function.Function;

import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Lets another reply follow one that fails before its first part, and asks it for what
 * the first one was asked for. A cancel reaches whichever goes on. Serves one
 * subscription; requests and the cancel may come from any thread, also while the first
 * reply fails.
 */
final class FallbackOperator extends ReplyOperator {

	private final Function<ElevenLabsException, Flux<ReplyPart>> fallback;

	/**
	 * Whether a part of the first reply has come, after which no other may follow.
	 */
	private volatile boolean committed;

	/**
	 * Whether the first reply has failed, and what was asked for up to its first part.
	 * Guarded by this.
	 */
	private boolean failed;

	private long demand;

	/**
	 * The reply that follows, once it is subscribed to. Guarded by this.
	 */
	private @Nullable Subscription other;

	private volatile boolean cancelled;

	/**
	 * Create an operator for a subscription.
	 * @param actual receives the reply
	 * @param fallback answers otherwise after an error
	 */
	FallbackOperator(CoreSubscriber<? super ReplyPart> actual,
			Function<ElevenLabsException, Flux<ReplyPart>> fallback) {
		super(actual);
		this.fallback = fallback;
	}

	@Override
	public void onNext(ReplyPart part) {
		if (!this.committed) {
			this.committed = true;
		}
		super.onNext(part);
	}

	@Override
	public void onError(Throwable error) {
		if (this.committed || !(error instanceof ElevenLabsException failure)) {
			super.onError(error);
			return;
		}
		synchronized (this) {
			this.failed = true;
		}
		if (this.cancelled) {
			Operators.onErrorDropped(error, currentContext());
			return;
		}
		Flux<ReplyPart> other;
		try {
			other = this.fallback.apply(failure);
		}
		catch (Throwable ex) {
			Throwable thrown = Operators.onOperatorError(ex, currentContext());
			super.onError((thrown != failure) ? Exceptions.addSuppressed(thrown, failure) : thrown);
			return;
		}
		other.subscribe(new FallbackSubscriber());
	}

	@Override
	public void request(long n) {
		if (this.committed) {
			super.request(n);
		}
		else if (Operators.validate(n)) {
			boolean failed;
			Subscription other;
			synchronized (this) {
				this.demand = Operators.addCap(this.demand, n);
				failed = this.failed;
				other = this.other;
			}
			if (!failed) {
				super.request(n);
			}
			else if (other != null) {
				other.request(n);
			}
		}
	}

	@Override
	public void cancel() {
		this.cancelled = true;
		Subscription other;
		synchronized (this) {
			other = this.other;
		}
		if (other != null) {
			other.cancel();
		}
		super.cancel();
	}

	/**
	 * Passes the reply on that follows.
	 */
	private final class FallbackSubscriber implements CoreSubscriber<ReplyPart> {

		@Override
		public Context currentContext() {
			return FallbackOperator.this.currentContext();
		}

		@Override
		public void onSubscribe(Subscription upstream) {
			long demand;
			synchronized (FallbackOperator.this) {
				FallbackOperator.this.other = upstream;
				demand = FallbackOperator.this.demand;
			}
			if (FallbackOperator.this.cancelled) {
				upstream.cancel();
			}
			else if (demand > 0) {
				upstream.request(demand);
			}
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
