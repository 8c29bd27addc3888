package io.github.elevenspring.limiter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * A timer that runs what is due, and all is due, when it is told to.
 */
class HandTimer implements Scheduler {

	private final List<Task> tasks = new ArrayList<>();

	private long now = 1;

	@Override
	public synchronized long now(TimeUnit unit) {
		return unit.convert(this.now, TimeUnit.NANOSECONDS);
	}

	@Override
	public Disposable schedule(Runnable task) {
		return schedule(task, 0, TimeUnit.NANOSECONDS);
	}

	@Override
	public synchronized Disposable schedule(Runnable task, long delay, TimeUnit unit) {
		Task scheduled = new Task(task, Disposables.single());
		this.tasks.add(scheduled);
		return scheduled.disposed;
	}

	/**
	 * Return how many tasks still have to run.
	 */
	synchronized long scheduled() {
		return this.tasks.stream().filter(Task::isWanted).count();
	}

	/**
	 * Let a minute go by.
	 */
	void fire() {
		List<Task> due;
		synchronized (this) {
			this.now += TimeUnit.MINUTES.toNanos(1);
			due = new ArrayList<>(this.tasks);
			this.tasks.clear();
		}
		for (Task task : due) {
			if (task.isWanted()) {
				task.task.run();
			}
		}
	}

	@Override
	public Worker createWorker() {
		throw new UnsupportedOperationException();
	}

	private record Task(Runnable task, Disposable disposed) {

		boolean isWanted() {
			return !this.disposed.isDisposed();
		}

	}

}
