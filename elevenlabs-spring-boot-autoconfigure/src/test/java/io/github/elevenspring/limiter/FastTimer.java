package io.github.elevenspring.limiter;

import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

/**
 * A timer whose time runs a thousand times as fast as real time.
 */
class FastTimer implements Scheduler {

	private static final int SPEED = 1000;

	private final Scheduler real;

	FastTimer(Scheduler real) {
		this.real = real;
	}

	@Override
	public long now(TimeUnit unit) {
		return unit.convert(this.real.now(TimeUnit.NANOSECONDS) * SPEED, TimeUnit.NANOSECONDS);
	}

	@Override
	public Disposable schedule(Runnable task) {
		return this.real.schedule(task);
	}

	@Override
	public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		return this.real.schedule(task, unit.toNanos(delay) / SPEED, TimeUnit.NANOSECONDS);
	}

	@Override
	public Worker createWorker() {
		return this.real.createWorker();
	}

}
