package io.github.elevenspring.deadline;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
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
final class DeadlineOperator extends ReplyOperator {

	private static final int IDLE = 0;

	private static final int EMITTING = 1;

	/**
	 * The time ended while a part was passed on: whoever does that says so.
	 */
	private static final int EXPIRED = 2;

	/**
	 * The time has ended the reply.
	 */
	private static final int LATE = 3;

	private static final int ENDED = 4;

	private static final AtomicIntegerFieldUpdater<DeadlineOperator> STATE = AtomicIntegerFieldUpdater
		.newUpdater(DeadlineOperator.class, "state");

	private final Duration limit;

	private final Scheduler timer;

	private final long endsAt;

	private volatile int state;

	private volatile @Nullable Disposable expiry;

	/**
	 * Why the time could not be bound, written before the state is changed for it.
	 */
	private @Nullable ElevenLabsException shutdown;

	/**
	 * How many bytes have come. Belongs to whoever has moved the state away from idle.
	 */
	private long received;

	DeadlineOperator(CoreSubscriber<? super ReplyPart> actual, Duration limit, Scheduler timer) {
		super(actual);
		this.limit = limit;
		this.timer = timer;
		this.endsAt = now() + limit.toNanos();
		CallProgress.of(currentContext()).endsAt(this.endsAt);
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
			this.shutdown = new ElevenLabsRejectedException(ErrorKind.SHUTDOWN,
					"The timer has been shut down, so nothing would bound the time of the call");
			expire();
		}
	}

	private void expire() {
		int before = STATE.getAndUpdate(this, (state) -> switch (state) {
			case IDLE -> LATE;
			case EMITTING -> EXPIRED;
			default -> state;
		});
		if (before < EXPIRED) {
			super.cancel();
		}
		if (before == IDLE) {
			super.onError(whatEndedIt());
		}
	}

	@Override
	public void onNext(ReplyPart part) {
		if (this.expiry == null && this.endsAt - now() <= 0) {
			// No timer yet, since all came on the thread that is still subscribing
			expire();
		}
		boolean outermost = STATE.compareAndSet(this, IDLE, EMITTING);
		if (!outermost && this.state != EMITTING) {
			Operators.onNextDropped(part, currentContext());
			return;
		}
		this.received += part.size();
		super.onNext(part);
		if (outermost && !STATE.compareAndSet(this, EMITTING, IDLE) && STATE.compareAndSet(this, EXPIRED, LATE)) {
			super.onError(whatEndedIt());
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
		disposeExpiry(STATE.getAndUpdate(this, (state) -> (state != LATE) ? ENDED : LATE));
		super.cancel();
	}

	/**
	 * End before the time does.
	 * @return {@code false} if the time has ended the reply, or the caller has left
	 */
	private boolean end() {
		int before = STATE.getAndUpdate(this, (state) -> (state < EXPIRED) ? ENDED : state);
		disposeExpiry(before);
		return before < EXPIRED;
	}

	/**
	 * Dispose the task unless it has run: one that runs must not be interrupted.
	 */
	private void disposeExpiry(int before) {
		Disposable expiry = this.expiry;
		if (before < EXPIRED && expiry != null) {
			expiry.dispose();
		}
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
	}

	private ElevenLabsException whatEndedIt() {
		ElevenLabsException shutdown = this.shutdown;
		return (shutdown != null) ? shutdown
				: new ElevenLabsTransportException(ErrorKind.TIMEOUT, "The call did not end within " + this.limit
						+ ": raise elevenlabs.timeout.total or the deadline of the request, or shorten the text", null,
						this.received);
	}

}
