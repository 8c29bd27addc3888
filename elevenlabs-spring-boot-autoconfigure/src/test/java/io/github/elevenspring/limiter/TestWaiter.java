package io.github.elevenspring.limiter;

import java.time.Duration;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.Priority;
import org.jspecify.annotations.Nullable;

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
	boolean granted() {
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
