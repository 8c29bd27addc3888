package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * Grants the part of an instance while it is on its own. Guarded by the lock of the
 * limiter, but for {@link #drain()}.
 */
final class StandaloneGrants {

	private final Object lock;

	private final RedisCalls calls;

	private final SharedLimit limit;

	private final WaitingQueue queue;

	private final Refusals refusals;

	private final int capacity;

	private final BooleanSupplier alone;

	private final Scheduler timer;

	private final DrainLoop drain;

	/**
	 * Until when nothing is granted, or 0.
	 */
	private long pausedUntil;

	private final RefusalBackoff backoff = new RefusalBackoff();

	/**
	 * Create the grants of an instance.
	 * @param queue who waits while it is on its own
	 * @param alone whether it is
	 * @param granted begins a call that has its permit, without the lock
	 */
	StandaloneGrants(Object lock, RedisCalls calls, SharedLimit limit, WaitingQueue queue, Refusals refusals,
			int capacity, BooleanSupplier alone, Consumer<RedisCall> granted, Scheduler timer) {
		this.lock = lock;
		this.calls = calls;
		this.limit = limit;
		this.queue = queue;
		this.refusals = refusals;
		this.capacity = capacity;
		this.alone = alone;
		this.timer = timer;
		this.drain = new DrainLoop(() -> {
			for (RedisCall call = takeNext(); call != null; call = takeNext()) {
				granted.accept(call);
			}
		}, timer);
	}

	/**
	 * Return why a newcomer cannot wait here, if it cannot.
	 */
	@Nullable ElevenLabsRejectedException refusal(Waiter waiter, long patience) {
		int waiting = this.queue.size();
		long expected = (waiting > 0) ? expectedWait(this.queue.aheadOfNewcomer(waiter)) : 0;
		if (waiting >= this.capacity) {
			return this.refusals.full(expected);
		}
		return (expected > patience) ? this.refusals.late(expected, patience) : null;
	}

	private long expectedWait(int ahead) {
		return this.limit.expectedWait(ahead, this.limit.share());
	}

	/**
	 * Return where somebody stands who waits here.
	 */
	QueuePosition position(Waiter waiter) {
		int ahead = this.queue.ahead(waiter);
		return new QueuePosition(ahead, Duration.ofNanos(expectedWait(ahead)));
	}

	/**
	 * The service has answered a call.
	 * @param held how long it took, in nanoseconds
	 */
	void served(long held) {
		this.backoff.served();
		this.limit.served(TimeUnit.NANOSECONDS.toMillis(held));
	}

	/**
	 * The service has refused a call: grant nothing for a while.
	 */
	void refusedByService(Waiter waiter) {
		long now = now();
		long pause = this.backoff.refused(waiter.grantedAt, now);
		if (pause > 0) {
			this.pausedUntil = now + pause;
			this.timer.schedule(this::drain, pause + 1, TimeUnit.NANOSECONDS);
		}
	}

	/**
	 * Grant what can be granted.
	 */
	void drain() {
		this.drain.run();
	}

	private @Nullable RedisCall takeNext() {
		synchronized (this.lock) {
			long now = now();
			if (!this.alone.getAsBoolean() || this.pausedUntil != 0 && now - this.pausedUntil < 0) {
				return null;
			}
			this.pausedUntil = 0;
			Waiter waiter = this.queue.next();
			RedisCall call = (waiter != null) ? this.calls.of(waiter) : null;
			if (waiter == null || call == null) {
				return null;
			}
			int share = this.limit.share();
			int slots = Math.min(waiter.weight, share);
			if (this.calls.slots() + slots > share) {
				return null;
			}
			this.queue.take(waiter, now);
			this.calls.hold(call, slots, this.calls.slots() + slots, now);
			return call;
		}
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
	}

}
