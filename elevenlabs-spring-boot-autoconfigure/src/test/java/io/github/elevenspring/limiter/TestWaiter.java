package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.Priority;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * A waiter that remembers what happened to it.
 */
class TestWaiter extends Waiter {

	int grants;

	@Nullable ElevenLabsException refusal;

	boolean wanted = true;

	long patience = Long.MAX_VALUE;

	Runnable whenGranted = () -> {
	};

	private @Nullable Disposable expiry;

	TestWaiter() {
		this(Priority.NORMAL, "", 1);
	}

	TestWaiter(Priority priority, @Nullable String tenant, int weight) {
		super(priority, tenant, weight);
	}

	TestWaiter patience(Duration patience) {
		this.patience = patience.toNanos();
		return this;
	}

	@Override
	void expireIn(long nanos, Scheduler timer, Runnable task) {
		this.expiry = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
	}

	@Override
	boolean granted() {
		if (this.expiry != null) {
			this.expiry.dispose();
		}
		if (this.wanted) {
			this.grants++;
			this.whenGranted.run();
		}
		return this.wanted;
	}

	@Override
	void refused(ElevenLabsException refusal) {
		this.refusal = refusal;
	}

	@Override
	long patience(long now) {
		return (this.patience != Long.MAX_VALUE) ? this.patience - (now - this.waitingSince) : Long.MAX_VALUE;
	}

	@Override
	public String toString() {
		return this.priority + "/" + this.tenant + "/" + this.weight;
	}

}
