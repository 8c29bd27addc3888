package io.github.elevenspring.benchmarks;

import io.github.elevenspring.call.ReplyPart;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * The cheapest subscriber there can be: takes all, and remembers the last of it.
 */
final class Draining implements CoreSubscriber<ReplyPart> {

	private @Nullable Subscription upstream;

	private @Nullable Object last;

	@Override
	public void onSubscribe(Subscription upstream) {
		this.upstream = upstream;
		upstream.request(Long.MAX_VALUE);
	}

	@Override
	public void onNext(ReplyPart part) {
		this.last = part;
	}

	@Override
	public void onError(Throwable error) {
		this.last = error;
	}

	@Override
	public void onComplete() {
	}

	void cancel() {
		Subscription upstream = this.upstream;
		if (upstream != null) {
			upstream.cancel();
		}
	}

	/**
	 * Return what came last, and insist that it is no error.
	 */
	@Nullable Object served() {
		if (this.last instanceof Throwable error) {
			throw new IllegalStateException(error);
		}
		return this.last;
	}

}
