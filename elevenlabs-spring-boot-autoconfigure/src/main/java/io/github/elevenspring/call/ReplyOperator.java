package io.github.elevenspring.call;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Stands between a reply and whoever receives it, and passes all signals on in both
 * directions: a stage that looks at some of them overrides those. One operator in place
 * of a chain of {@code doOn…} keeps the way of a part short, of which each call has many.
 * <p>
 * Serves one subscription. The signals of the reply come one after the other, while
 * {@link #request} and {@link #cancel} may come from any thread at any time, more than
 * once, and after the end. What overrides a signal must not throw. An operator that ends
 * a reply calls {@code super.cancel()} and then {@code super.onError}, once, never while
 * another signal is passed on, and passes nothing on after it.
 *
 * @since 0.1.0
 * @see CallChain#proceed(Call, ReplyOperator.Factory)
 */
public abstract class ReplyOperator implements CoreSubscriber<ReplyPart>, Subscription {

	private final CoreSubscriber<? super ReplyPart> actual;

	/**
	 * Held, so that asking does not walk the whole line.
	 */
	private final Context context;

	private @Nullable Subscription upstream;

	/**
	 * Create an operator for a subscription.
	 * @param actual receives the reply
	 */
	protected ReplyOperator(CoreSubscriber<? super ReplyPart> actual) {
		this.actual = actual;
		this.context = actual.currentContext();
	}

	@Override
	public Context currentContext() {
		return this.context;
	}

	@Override
	public void onSubscribe(Subscription upstream) {
		if (Operators.validate(this.upstream, upstream)) {
			this.upstream = upstream;
			this.actual.onSubscribe(this);
		}
	}

	@Override
	public void onNext(ReplyPart part) {
		this.actual.onNext(part);
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
	public void request(long n) {
		upstream().request(n);
	}

	@Override
	public void cancel() {
		upstream().cancel();
	}

	private Subscription upstream() {
		return Objects.requireNonNull(this.upstream, "Not subscribed yet");
	}

	/**
	 * Makes the operator of each subscription.
	 */
	@FunctionalInterface
	public interface Factory {

		/**
		 * Make an operator.
		 * @param actual receives the reply
		 * @return a new operator, which nobody else gets
		 */
		ReplyOperator create(CoreSubscriber<? super ReplyPart> actual);

	}

}
