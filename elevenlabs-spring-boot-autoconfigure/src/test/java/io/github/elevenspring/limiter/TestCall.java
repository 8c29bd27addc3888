package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.limiter.ConcurrencyLimiter.CallEnd;
import io.github.elevenspring.model.Priority;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * A call that does what a test says when it is its turn.
 */
class TestCall extends Waiter {

	final AtomicInteger grants = new AtomicInteger();

	final AtomicReference<ElevenLabsException> refusal = new AtomicReference<>();

	private final ConcurrencyLimiter limiter;

	private final Consumer<TestCall> work;

	private long patience = Long.MAX_VALUE;

	private volatile boolean left;

	private volatile Disposable expiry;

	TestCall(ConcurrencyLimiter limiter, Priority priority, String tenant, Consumer<TestCall> work) {
		super(priority, tenant, 1);
		this.limiter = limiter;
		this.work = work;
	}

	TestCall patient(Duration patience) {
		this.patience = patience.toNanos();
		return this;
	}

	TestCall enter() {
		this.limiter.enter(this);
		return this;
	}

	void leave() {
		this.left = true;
		this.limiter.leave(this);
	}

	void release() {
		this.limiter.release(this, CallEnd.SERVED);
	}

	boolean hasPermit() {
		return this.grants.get() > 0;
	}

	boolean isRefused() {
		return this.refusal.get() != null;
	}

	@Override
	void expireIn(long nanos, Scheduler timer, Runnable task) {
		this.expiry = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
	}

	@Override
	boolean granted() {
		if (this.left) {
			return false;
		}
		Disposable expiry = this.expiry;
		if (expiry != null) {
			expiry.dispose();
		}
		this.grants.incrementAndGet();
		this.work.accept(this);
		return true;
	}

	@Override
	void refused(ElevenLabsException refusal) {
		this.refusal.set(refusal);
	}

	@Override
	long patience(long now) {
		return (this.patience != Long.MAX_VALUE) ? this.patience - (now - this.waitingSince) : Long.MAX_VALUE;
	}

}
