package io.github.elevenspring.limiter;

import java.util.concurrent.atomic.AtomicInteger;

import reactor.core.scheduler.Scheduler;

/**
 * Lets one thread at a time grant what can be granted: whoever comes meanwhile leaves it
 * to that one, so a call that ends at once cannot pile up frames.
 */
final class DrainLoop {

	private final AtomicInteger wanted = new AtomicInteger();

	private final Runnable grants;

	private final Scheduler timer;

	/**
	 * Create a loop.
	 * @param grants grants all that can be granted
	 * @param timer goes on after a subscriber has thrown
	 */
	DrainLoop(Runnable grants, Scheduler timer) {
		this.grants = grants;
		this.timer = timer;
	}

	void run() {
		if (this.wanted.getAndIncrement() != 0) {
			return;
		}
		boolean done = false;
		try {
			int missed = 1;
			do {
				this.grants.run();
				missed = this.wanted.addAndGet(-missed);
			}
			while (missed != 0);
			done = true;
		}
		finally {
			if (!done) {
				// One subscriber that throws must not stop all others.
				this.wanted.set(0);
				this.timer.schedule(this::run);
			}
		}
	}

}
