package io.github.elevenspring.autoconfigure;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.LimiterSnapshot;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.SmartLifecycle;

/**
 * Shuts the queue with the application: no new calls, those that wait go on in their
 * order for a while, and what is left then gets an error. Runs beside the web server's
 * own graceful shutdown, which waits for the requests behind these calls.
 */
final class LimiterShutdown implements SmartLifecycle {

	/**
	 * That of the web server's graceful shutdown.
	 */
	private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 1024;

	private static final long LOOK_EVERY_MILLIS = 20;

	private final ConcurrencyLimits limits;

	private final Duration drainTimeout;

	private final AtomicBoolean running = new AtomicBoolean();

	LimiterShutdown(ConcurrencyLimits limits, Duration drainTimeout) {
		this.limits = limits;
		this.drainTimeout = drainTimeout;
	}

	@Override
	public void start() {
		this.running.set(true);
		this.limits.open();
	}

	@Override
	public void stop() {
		this.running.set(false);
		this.limits.close();
		this.limits.refuseWaiting();
	}

	@Override
	public void stop(Runnable callback) {
		this.limits.close();
		long end = System.nanoTime() + TimeUnit.NANOSECONDS.convert(this.drainTimeout);
		Disposable.Swap look = Disposables.swap();
		look.update(Schedulers.parallel().schedulePeriodically(() -> {
			boolean drained = this.limits.snapshot().values().stream().mapToInt(LimiterSnapshot::waiting).sum() == 0;
			if ((drained || System.nanoTime() - end >= 0) && this.running.compareAndSet(true, false)) {
				look.dispose();
				try {
					this.limits.refuseWaiting();
				}
				finally {
					callback.run();
				}
			}
		}, 0, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS));
	}

	@Override
	public boolean isRunning() {
		return this.running.get();
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
