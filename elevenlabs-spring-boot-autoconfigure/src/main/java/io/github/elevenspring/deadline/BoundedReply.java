package io.github.elevenspring.deadline;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * Ends a reply that takes too long, on the thread of the timer, or right after the part
 * that is being passed on in that moment.
 */
final class BoundedReply extends ReplyOperator {

	private static final int IDLE = 0;

	private static final int EMITTING = 1;

	/**
	 * The time ended while a part was passed on: whoever does that says so.
	 */
	private static final int EXPIRED = 2;

	private static final int ENDED = 3;

	private static final AtomicIntegerFieldUpdater<BoundedReply> STATE = AtomicIntegerFieldUpdater
		.newUpdater(BoundedReply.class, "state");

	private final Duration limit;

	private final Scheduler timer;

	private final long endsAt;

	private volatile int state;

	private volatile @Nullable Disposable expiry;

	/**
	 * How many bytes have come. Belongs to whoever has moved the state away from idle.
	 */
	private long received;

	BoundedReply(CoreSubscriber<? super ReplyPart> actual, Duration limit, Scheduler timer) {
		super(actual);
		this.limit = limit;
		this.timer = timer;
		this.endsAt = now() + limit.toNanos();
		CallProgress.of(actual.currentContext()).endsAt(this.endsAt);
	}

	@Override
	public void onSubscribe(Subscription upstream) {
		super.onSubscribe(upstream);
		// What came at once, such as an answer from the cache, needs no timer
		if (this.state != ENDED) {
			boundTime();
		}
	}

	private void boundTime() {
		try {
			Disposable expiry = this.timer.schedule(this::expire, this.endsAt - now(), TimeUnit.NANOSECONDS);
			this.expiry = expiry;
			if (this.state == ENDED) {
				expiry.dispose();
			}
		}
		catch (RejectedExecutionException ex) {
			if (STATE.compareAndSet(this, IDLE, ENDED)) {
				super.cancel();
				super.onError(ex);
			}
		}
	}

	private void expire() {
		if (STATE.compareAndSet(this, IDLE, ENDED)) {
			super.cancel();
			super.onError(tooLate());
		}
		else if (STATE.compareAndSet(this, EMITTING, EXPIRED)) {
			super.cancel();
		}
		else if (this.state == IDLE) {
			expire();
		}
	}

	@Override
	public void onNext(ReplyPart part) {
		boolean outermost = STATE.compareAndSet(this, IDLE, EMITTING);
		if (!outermost && this.state != EMITTING) {
			Operators.onNextDropped(part, currentContext());
			return;
		}
		this.received += part.size();
		super.onNext(part);
		if (outermost && !STATE.compareAndSet(this, EMITTING, IDLE) && STATE.compareAndSet(this, EXPIRED, ENDED)) {
			super.onError(tooLate());
		}
	}

	@Override
	public void onError(Throwable error) {
		if (end()) {
			super.onError(error);
		}
		else {
			Operators.onErrorDropped(error, currentContext());
		}
	}

	@Override
	public void onComplete() {
		if (end()) {
			super.onComplete();
		}
	}

	@Override
	public void cancel() {
		disposeExpiry(STATE.getAndSet(this, ENDED));
		super.cancel();
	}

	/**
	 * End before the time does.
	 * @return {@code false} if the time has ended the reply, or the caller has left
	 */
	private boolean end() {
		int before = STATE.getAndUpdate(this, (state) -> (state != EXPIRED) ? ENDED : EXPIRED);
		disposeExpiry(before);
		return before < EXPIRED;
	}

	private void disposeExpiry(int before) {
		Disposable expiry = this.expiry;
		// Else it is running, and must not be interrupted
		if (before < EXPIRED && expiry != null) {
			expiry.dispose();
		}
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
	}

	private ElevenLabsTransportException tooLate() {
		return new ElevenLabsTransportException(ErrorKind.TIMEOUT,
				"The call did not end within " + this.limit
						+ ": raise elevenlabs.timeout.total or the deadline of the request, or shorten the text",
				null, this.received);
	}

}
