package io.github.elevenspring.cache;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.CallOptions;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * One caller who reads an answer at a pace of its own. Whoever brings a part, or asks for
 * one, delivers what there is to deliver; never two at the same time.
 */
final class FlightReader implements Subscription {

	private static final AtomicIntegerFieldUpdater<FlightReader> WORK = AtomicIntegerFieldUpdater
		.newUpdater(FlightReader.class, "work");

	private static final AtomicLongFieldUpdater<FlightReader> REQUESTED = AtomicLongFieldUpdater
		.newUpdater(FlightReader.class, "requested");

	final CoreSubscriber<? super ReplyPart> actual;

	final CallOptions options;

	final CallProgress progress;

	/**
	 * When the caller will not wait any more, {@link Long#MAX_VALUE} for never, and
	 * whether it has been told what the answer took. Guarded by the flight.
	 */
	long endsAt;

	boolean settled;

	private volatile @Nullable Flight flight;

	/**
	 * What was delivered last. Belongs to whoever delivers.
	 */
	private @Nullable FlightLog log;

	/**
	 * Not zero while somebody delivers, or nobody may yet, or ever again.
	 */
	private volatile int work = 1;

	private volatile long requested;

	/**
	 * How many parts have been delivered, or are about to be. Written by whoever
	 * delivers.
	 */
	private volatile long delivered;

	private volatile long position;

	private volatile boolean cancelled;

	private volatile @Nullable Throwable failure;

	FlightReader(CoreSubscriber<? super ReplyPart> actual, CallOptions options) {
		this.actual = actual;
		this.options = options;
		this.progress = CallProgress.of(actual.currentContext());
	}

	boolean isCancelled() {
		return this.cancelled;
	}

	/**
	 * Return how many bytes have been delivered.
	 */
	long position() {
		return this.position;
	}

	/**
	 * Return whether everything up to some position was delivered, and more is wanted.
	 */
	boolean isHungryAt(long end) {
		return this.position == end && this.requested != this.delivered;
	}

	/**
	 * Begin to deliver.
	 * @param flight the flight
	 * @param log where to begin
	 */
	void start(Flight flight, FlightLog log) {
		this.flight = flight;
		this.log = log;
		deliver(flight, log, 1);
		if (this.cancelled) {
			flight.leave(this);
		}
	}

	/**
	 * Deliver what there is.
	 */
	void wakeUp() {
		if (WORK.getAndIncrement(this) == 0) {
			Flight flight = this.flight;
			FlightLog log = this.log;
			if (flight != null && log != null) {
				deliver(flight, log, 1);
			}
		}
	}

	/**
	 * Deliver nothing more but this.
	 */
	void fail(Throwable failure) {
		this.failure = failure;
		wakeUp();
	}

	@Override
	public void request(long n) {
		if (Operators.validate(n)) {
			Operators.addCap(REQUESTED, this, n);
			wakeUp();
		}
	}

	@Override
	public void cancel() {
		this.cancelled = true;
		Flight flight = this.flight;
		if (flight != null) {
			flight.leave(this);
		}
		wakeUp();
	}

	private void deliver(Flight flight, FlightLog from, int missed) {
		FlightLog log = from;
		do {
			while (true) {
				if (this.cancelled) {
					this.log = null;
					return;
				}
				Throwable failure = this.failure;
				FlightLog next = log.next();
				if (failure != null) {
					this.log = null;
					end(flight, failure);
					return;
				}
				if (next != null && next.isEnd()) {
					this.log = null;
					end(flight, next.error());
					return;
				}
				long delivered = this.delivered;
				if (next == null || delivered == this.requested) {
					break;
				}
				log = next;
				this.log = next;
				this.delivered = delivered + 1;
				this.position = next.end();
				if (!accept(flight, next.part())) {
					return;
				}
			}
			flight.continueIfStalled();
			missed = WORK.addAndGet(this, -missed);
		}
		while (missed != 0);
	}

	/**
	 * Deliver a part. A caller who throws is out, and nobody else hears of it: whoever
	 * delivers may do so for all.
	 * @return whether to go on
	 */
	private boolean accept(Flight flight, ReplyPart part) {
		try {
			this.actual.onNext(flight.partFor(this, part));
			return true;
		}
		catch (Throwable ex) {
			this.cancelled = true;
			this.log = null;
			flight.leave(this);
			end(flight, ex);
			return false;
		}
	}

	private void end(Flight flight, @Nullable Throwable error) {
		flight.settle(this);
		try {
			if (error != null) {
				this.actual.onError(error);
			}
			else {
				this.actual.onComplete();
			}
		}
		catch (Throwable ex) {
			Operators.onErrorDropped(ex, this.actual.currentContext());
		}
	}

}
