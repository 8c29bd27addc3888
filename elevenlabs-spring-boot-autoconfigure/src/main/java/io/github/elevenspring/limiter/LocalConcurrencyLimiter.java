package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * The limiter of one application. While nobody waits, a permit is one atomic operation;
 * otherwise whoever comes joins the queue, and each permit that comes free goes to the
 * one whose turn it is. No call is made while the lock is held, and granting is done by
 * one thread at a time, so a call that ends at once cannot pile up frames.
 */
final class LocalConcurrencyLimiter implements ConcurrencyLimiter {

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

	private static final int MOST_DOUBLINGS = 6;

	private final String name;

	private final Scheduler timer;

	private final int capacity;

	private final long longestWait;

	private final boolean adaptive;

	private final @Nullable RateShaper shaper;

	private final ReentrantLock lock = new ReentrantLock();

	/**
	 * Guarded by the lock.
	 */
	private final WaitingQueue queue;

	/**
	 * Guarded by the lock.
	 */
	private final AdaptiveLimit limits;

	private final AtomicInteger inFlight = new AtomicInteger();

	private final AtomicInteger drains = new AtomicInteger();

	private volatile int limit;

	/**
	 * Calls in the queue, written under the lock.
	 */
	private volatile int waiting;

	/**
	 * Until when nothing is granted, or 0; written under the lock.
	 */
	private volatile long pausedUntil;

	/**
	 * Written under the lock.
	 */
	private volatile int refusalsInARow;

	/**
	 * When the next grant is tried even if nothing happens until then, or 0; guarded by
	 * the lock.
	 */
	private long wakeAt;

	/**
	 * How long a call holds a slot, as a moving average in nanoseconds. Updates that get
	 * lost do no harm.
	 */
	private volatile long holdTime;

	private volatile boolean closed;

	LocalConcurrencyLimiter(String name, AdaptiveLimit limits, LimiterSettings settings, Scheduler timer) {
		this.name = name;
		this.limits = limits;
		this.limit = limits.limit();
		this.timer = timer;
		this.capacity = settings.queueCapacity();
		this.longestWait = settings.maxWait().toNanos();
		this.adaptive = settings.adaptive();
		this.shaper = settings.newShaper(now());
		this.queue = new WaitingQueue(settings.guaranteedShares(), settings.ageing().toNanos());
	}

	@Override
	public void enter(Waiter waiter) {
		if (this.closed) {
			waiter
				.refused(refusal(ErrorKind.SHUTDOWN, "The application is shutting down and takes no new calls", null));
		}
		else if (this.waiting == 0 && this.shaper == null && this.pausedUntil == 0 && tryTake(waiter)) {
			grant(waiter);
		}
		else {
			enqueue(waiter);
		}
	}

	private void enqueue(Waiter waiter) {
		long patience = Math.min(this.longestWait, waiter.patience());
		ElevenLabsRejectedException refusal = null;
		this.lock.lock();
		try {
			long expected = (this.waiting > 0) ? expectedWait(this.queue.aheadOfNewcomer(waiter)) : 0;
			if (this.queue.size() >= this.capacity) {
				refusal = refusal(ErrorKind.QUEUE_FULL, this.capacity + " calls wait already for a slot of group "
						+ this.name + ": try again later, or raise elevenlabs.limiter.queue.capacity", expected);
			}
			else if (expected > patience) {
				refusal = refusal(ErrorKind.QUEUE_TIMEOUT,
						"A slot of group " + this.name + " is expected in " + millis(expected) + " ms, but the call can"
								+ " wait " + millis(patience)
								+ " ms: try again later, or raise elevenlabs.limiter.queue.max-wait or the deadline",
						expected);
			}
			else {
				waiter.waitingSince = now();
				this.queue.addLast(waiter);
				this.waiting = this.queue.size();
			}
		}
		finally {
			this.lock.unlock();
		}
		if (refusal != null) {
			waiter.refused(refusal);
			return;
		}
		waiter.expireIn(patience, this.timer, () -> expire(waiter, patience));
		drain();
	}

	private void expire(Waiter waiter, long patience) {
		int ahead;
		this.lock.lock();
		try {
			ahead = (waiter.line != null) ? this.queue.ahead(waiter) : 0;
		}
		finally {
			this.lock.unlock();
		}
		if (remove(waiter)) {
			waiter.refused(refusal(ErrorKind.QUEUE_TIMEOUT,
					"No slot of group " + this.name + " came free within " + millis(patience)
							+ " ms: try again later, or raise elevenlabs.limiter.queue.max-wait or the deadline",
					expectedWait(ahead)));
		}
	}

	@Override
	public void leave(Waiter waiter) {
		remove(waiter);
	}

	private boolean remove(Waiter waiter) {
		boolean removed;
		this.lock.lock();
		try {
			removed = this.queue.remove(waiter);
			this.waiting = this.queue.size();
		}
		finally {
			this.lock.unlock();
		}
		if (removed) {
			drain();
		}
		return removed;
	}

	@Override
	public void release(Waiter waiter, CallEnd end) {
		giveBack(waiter);
		if (end == CallEnd.SERVED) {
			long held = now() - waiter.grantedAt;
			long average = this.holdTime;
			this.holdTime = (average == 0) ? held : average + (held - average) / 8;
			if (this.adaptive && (this.refusalsInARow > 0 || this.limits.hasLearned())) {
				served();
			}
		}
		if (this.waiting > 0) {
			drain();
		}
	}

	private void served() {
		this.lock.lock();
		try {
			this.refusalsInARow = 0;
			this.limits.served();
			this.limit = this.limits.limit();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void refusedByService(Waiter waiter, int advertised) {
		int accepted = giveBack(waiter);
		long patience = Math.min(this.longestWait, waiter.patience());
		this.lock.lock();
		try {
			if (this.adaptive) {
				this.limits.refused(accepted, advertised);
				this.limit = this.limits.limit();
			}
			int doublings = Math.min(this.refusalsInARow++, MOST_DOUBLINGS);
			long pause = ThreadLocalRandom.current().nextLong(FIRST_PAUSE / 2, (FIRST_PAUSE << doublings) + 1);
			this.pausedUntil = now() + pause;
			this.queue.addFirst(waiter);
			this.waiting = this.queue.size();
			wakeIn(pause);
		}
		finally {
			this.lock.unlock();
		}
		waiter.expireIn(patience, this.timer, () -> expire(waiter, patience));
	}

	@Override
	public void observed(Waiter waiter, int maximum, int current) {
		if (!this.adaptive) {
			return;
		}
		boolean raised;
		this.lock.lock();
		try {
			int before = this.limit;
			this.limits.observed(maximum, current, waiter.inFlightAtGrant);
			this.limit = this.limits.limit();
			raised = this.limit > before;
		}
		finally {
			this.lock.unlock();
		}
		if (raised && this.waiting > 0) {
			drain();
		}
	}

	@Override
	public void limit(int limit) {
		configure(limit, true);
	}

	@Override
	public void plan(int limit) {
		configure(limit, false);
	}

	private void configure(int limit, boolean binding) {
		this.lock.lock();
		try {
			this.limits.configure(limit, binding);
			this.limit = this.limits.limit();
		}
		finally {
			this.lock.unlock();
		}
		drain();
	}

	@Override
	public QueuePosition position(Waiter waiter) {
		this.lock.lock();
		try {
			if (waiter.line == null) {
				return new QueuePosition(0, Duration.ZERO);
			}
			int ahead = this.queue.ahead(waiter);
			return new QueuePosition(ahead, Duration.ofNanos(expectedWait(ahead)));
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public LimiterSnapshot snapshot() {
		this.lock.lock();
		try {
			long now = now();
			return new LimiterSnapshot(this.inFlight.get(), this.limit, this.limits.configured(),
					this.limits.hasLearned() ? (Integer) this.limits.limit() : null, this.queue.sizes(),
					this.queue.tenants(), Duration.ofNanos((this.waiting > 0) ? expectedWait(this.waiting) : 0),
					Duration.ofNanos(now - this.queue.oldestSince(now)));
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void open() {
		this.closed = false;
	}

	@Override
	public void close() {
		this.closed = true;
	}

	@Override
	public void refuseWaiting() {
		List<Waiter> refused = new ArrayList<>();
		this.lock.lock();
		try {
			for (Waiter waiter = this.queue.next(); waiter != null; waiter = this.queue.next()) {
				this.queue.remove(waiter);
				refused.add(waiter);
			}
			this.waiting = 0;
		}
		finally {
			this.lock.unlock();
		}
		refused.forEach((waiter) -> waiter.refused(
				refusal(ErrorKind.SHUTDOWN, "The application shut down before a slot came free for the call", null)));
	}

	/**
	 * Grant what can be granted. Whoever comes while another thread is at it leaves it to
	 * that one.
	 */
	private void drain() {
		if (this.drains.getAndIncrement() != 0) {
			return;
		}
		int missed = 1;
		do {
			for (Waiter waiter = takeNext(); waiter != null; waiter = takeNext()) {
				grant(waiter);
			}
			missed = this.drains.addAndGet(-missed);
		}
		while (missed != 0);
	}

	private @Nullable Waiter takeNext() {
		this.lock.lock();
		try {
			Waiter waiter = this.queue.next();
			if (waiter == null || isPaused() || !tryTake(waiter)) {
				return null;
			}
			long now = now();
			long wait = (this.shaper != null) ? this.shaper.tryBegin(now) : 0;
			if (wait > 0) {
				this.inFlight.addAndGet(-waiter.held);
				wakeIn(wait);
				return null;
			}
			this.queue.take(waiter, now);
			this.waiting = this.queue.size();
			return waiter;
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean isPaused() {
		long until = this.pausedUntil;
		if (until == 0) {
			return false;
		}
		long left = until - now();
		if (left > 0) {
			wakeIn(left);
			return true;
		}
		this.pausedUntil = 0;
		return false;
	}

	private void wakeIn(long nanos) {
		long at = now() + nanos;
		if (this.wakeAt == 0 || at - this.wakeAt < 0) {
			this.wakeAt = at;
			this.timer.schedule(this::wake, nanos, TimeUnit.NANOSECONDS);
		}
	}

	private void wake() {
		this.lock.lock();
		try {
			this.wakeAt = 0;
		}
		finally {
			this.lock.unlock();
		}
		drain();
	}

	private boolean tryTake(Waiter waiter) {
		while (true) {
			int taken = this.inFlight.get();
			int limit = this.limit;
			int wanted = Math.min(waiter.weight, limit);
			if (taken + wanted > limit) {
				return false;
			}
			if (this.inFlight.compareAndSet(taken, taken + wanted)) {
				waiter.held = wanted;
				waiter.inFlightAtGrant = taken + wanted;
				return true;
			}
		}
	}

	private void grant(Waiter waiter) {
		waiter.grantedAt = now();
		if (!waiter.granted()) {
			giveBack(waiter);
			if (this.waiting > 0) {
				drain();
			}
		}
	}

	private int giveBack(Waiter waiter) {
		return this.inFlight.addAndGet(-waiter.held);
	}

	private long expectedWait(int ahead) {
		return (long) ((ahead + 1.0) * this.holdTime / this.limit);
	}

	private static ElevenLabsRejectedException refusal(ErrorKind kind, String message, @Nullable Long wait) {
		return new ElevenLabsRejectedException(kind, message, (wait != null) ? Duration.ofNanos(wait) : null);
	}

	private static long millis(long nanos) {
		return TimeUnit.NANOSECONDS.toMillis(nanos);
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
	}

}
