package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.error.ElevenLabsException;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * The limiter of one application. While nobody waits, a permit is one atomic operation;
 * otherwise whoever comes joins the queue, and each permit that comes free goes to the
 * one whose turn it is. No call is made while the lock is held, and the queue is drained
 * by one thread at a time, so a call that ends at once cannot pile up frames.
 */
final class LocalConcurrencyLimiter implements ConcurrencyLimiter {

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

	private static final int MOST_DOUBLINGS = 6;

	/**
	 * While nobody waits, as many calls go untimed after each one that is timed: looking
	 * at the clock is the dearest part of giving a permit back.
	 */
	private static final int UNTIMED = 7;

	private final Refusals refusals;

	private final Scheduler timer;

	private final int capacity;

	private final long longestWait;

	private final boolean adaptive;

	private final @Nullable RateShaper shaper;

	/**
	 * A monitor, since a lock would park the threads of event loops.
	 */
	private final Object lock = new Object();

	/**
	 * Guarded by the lock.
	 */
	private final WaitingQueue queue;

	/**
	 * All that are in the queue; guarded by the lock.
	 */
	private final TimingWheel expiries;

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
	 * When the last refusal came that began a pause; guarded by the lock.
	 */
	private long pausedAt;

	/**
	 * Guarded by the lock.
	 */
	private int refusalsInARow;

	/**
	 * Whether served calls have something to teach; written under the lock.
	 */
	private volatile boolean recovering;

	/**
	 * When the queue is looked at even if nothing happens until then, or 0; guarded by
	 * the lock.
	 */
	private long wakeAt;

	/**
	 * Whether the timer still has to be told about that; written under the lock.
	 */
	private volatile boolean wakeWanted;

	/**
	 * Belongs to the thread that drains.
	 */
	private Disposable alarm = Disposables.disposed();

	/**
	 * How long a call holds a slot, as a moving average in nanoseconds. Updates that get
	 * lost do no harm.
	 */
	private volatile long holdTime;

	/**
	 * Calls served; inexact, since updates that get lost do no harm.
	 */
	private int served;

	private volatile boolean closed;

	/**
	 * Whether nobody may go back into the queue either; guarded by the lock.
	 */
	private boolean ended;

	LocalConcurrencyLimiter(String name, AdaptiveLimit limits, LimiterSettings settings, Scheduler timer) {
		this.refusals = new Refusals(name, settings.queueCapacity());
		this.limits = limits;
		this.limit = limits.limit();
		this.timer = timer;
		this.capacity = settings.queueCapacity();
		this.longestWait = TimeUnit.NANOSECONDS.convert(settings.maxWait());
		this.adaptive = settings.adaptive();
		this.shaper = settings.newShaper(now());
		this.expiries = new TimingWheel(now());
		this.queue = new WaitingQueue(settings.guaranteedShares(), TimeUnit.NANOSECONDS.convert(settings.ageing()));
	}

	@Override
	public void enter(Waiter waiter) {
		if (this.waiting == 0 && this.pausedUntil == 0 && this.shaper == null && !this.closed && tryTake(waiter)) {
			long now = now();
			waiter.asks(now);
			grant(waiter, now);
		}
		else {
			enqueue(waiter);
		}
	}

	private void enqueue(Waiter waiter) {
		long now = now();
		waiter.asks(now);
		long patience = patience(waiter, now);
		ElevenLabsException refusal = null;
		Waiter evicted = null;
		boolean begun;
		synchronized (this.lock) {
			begun = !this.closed && this.queue.size() == 0 && tryBegin(waiter, now);
			if (!begun) {
				refusal = refusalOfNewcomer(waiter, patience, now);
				if (refusal == null) {
					evicted = (this.queue.size() >= this.capacity) ? this.queue.removeLastBelow(waiter.priority) : null;
					if (evicted != null) {
						removed(evicted);
					}
					this.queue.addLast(waiter);
					added(waiter, now, patience);
				}
			}
		}
		if (evicted != null) {
			evicted.refused(this.refusals.evicted());
		}
		if (begun) {
			grant(waiter, now);
		}
		else if (refusal != null) {
			waiter.refused(refusal);
		}
		else {
			drain();
		}
	}

	/**
	 * Take note that a waiter is in the queue now. Called under the lock.
	 */
	private void added(Waiter waiter, long now, long patience) {
		this.expiries.add(waiter, now, patience);
		this.waiting = this.queue.size();
	}

	/**
	 * Take a waiter out of the queue. Called under the lock.
	 * @return whether it was there
	 */
	private boolean remove(Waiter waiter) {
		boolean removed = this.queue.remove(waiter);
		if (removed) {
			removed(waiter);
		}
		return removed;
	}

	/**
	 * Take note that a waiter is not in the queue any more. Called under the lock.
	 */
	private void removed(Waiter waiter) {
		this.expiries.remove(waiter);
		this.waiting = this.queue.size();
	}

	private @Nullable ElevenLabsException refusalOfNewcomer(Waiter waiter, long patience, long now) {
		if (this.closed) {
			return Refusals.shuttingDown();
		}
		if (this.queue.size() >= this.capacity && !this.queue.hasBelow(waiter.priority)) {
			return this.refusals.full(expectedWait(this.queue.mostAheadOfNewcomer(waiter), now));
		}
		if (expectedWait(this.queue.mostAheadOfNewcomer(waiter), now) > patience) {
			long expected = expectedWait(this.queue.aheadOfNewcomer(waiter), now);
			if (expected > patience) {
				return this.refusals.late(expected, patience);
			}
		}
		return null;
	}

	@Override
	public void leave(Waiter waiter) {
		boolean left;
		synchronized (this.lock) {
			left = remove(waiter);
		}
		if (left) {
			drain();
		}
	}

	@Override
	public void release(Waiter waiter, CallEnd end) {
		giveBack(waiter);
		if (end == CallEnd.SERVED) {
			long average = this.holdTime;
			if (average == 0 || this.waiting > 0 || (this.served++ & UNTIMED) == 0) {
				long held = now() - waiter.grantedAt;
				this.holdTime = (average == 0) ? held : average + (held - average) / 8;
			}
			if (this.recovering) {
				served();
			}
		}
		if (this.waiting > 0) {
			drain();
		}
	}

	private void served() {
		synchronized (this.lock) {
			this.refusalsInARow = 0;
			this.limits.served();
			learned();
		}
	}

	private void learned() {
		this.limit = this.limits.limit();
		this.recovering = this.refusalsInARow > 0 || this.limits.isRecovering();
	}

	@Override
	public void refusedByService(Waiter waiter, int advertised) {
		int accepted = giveBack(waiter);
		long asked = now();
		long patience = patience(waiter, asked);
		ElevenLabsException refusal = null;
		synchronized (this.lock) {
			long now = now();
			pause(waiter, now);
			if (this.adaptive) {
				this.limits.refused(accepted, advertised);
			}
			learned();
			long left = patience - (now - asked);
			if (this.ended) {
				refusal = Refusals.shutDown();
			}
			else if (expectedWait(0, now) > left) {
				refusal = this.refusals.tooLate(now - waiter.waitingSince, expectedWait(0, now));
			}
			else {
				waiter.queuedSince = now;
				this.queue.addFirst(waiter);
				added(waiter, now, left);
			}
		}
		if (refusal != null) {
			waiter.refused(refusal);
		}
		drain();
	}

	/**
	 * Grant nothing for a while, the longer the more refusals came in a row. Those of
	 * calls that had begun before the last pause count as one with it.
	 */
	private void pause(Waiter refused, long now) {
		if (this.refusalsInARow > 0 && refused.grantedAt - this.pausedAt <= 0) {
			return;
		}
		long longest = FIRST_PAUSE << Math.min(this.refusalsInARow++, MOST_DOUBLINGS);
		this.pausedAt = now;
		this.pausedUntil = now + ThreadLocalRandom.current().nextLong(longest / 2, longest + 1);
	}

	@Override
	public void observed(Waiter waiter, int maximum, int current) {
		if (!this.adaptive) {
			return;
		}
		boolean raised;
		synchronized (this.lock) {
			int before = this.limit;
			this.limits.observed(maximum, current, waiter.inFlightAtGrant, this.inFlight.get());
			learned();
			raised = this.limit > before;
		}
		if (raised && this.waiting > 0) {
			drain();
		}
	}

	@Override
	public void limit(int limit) {
		synchronized (this.lock) {
			this.limits.configure(limit, true);
			learned();
		}
		drain();
	}

	@Override
	public void plan(int limit) {
		synchronized (this.lock) {
			if (this.limits.isBound()) {
				return;
			}
			this.limits.configure(limit, false);
			learned();
		}
		drain();
	}

	@Override
	public QueuePosition position(Waiter waiter) {
		synchronized (this.lock) {
			if (waiter.line == null) {
				return new QueuePosition(0, Duration.ZERO);
			}
			int ahead = this.queue.ahead(waiter);
			return new QueuePosition(ahead, Duration.ofNanos(expectedWait(ahead, now())));
		}
	}

	@Override
	public LimiterSnapshot snapshot() {
		synchronized (this.lock) {
			long now = now();
			int taken = this.inFlight.get();
			boolean free = this.queue.size() == 0 && taken < this.limit;
			return new LimiterSnapshot(taken, this.limit, this.limits.configured(), this.limits.learned(),
					this.queue.sizes(), this.queue.tenants(),
					Duration.ofNanos(free ? 0 : expectedWait(this.queue.size(), now)),
					Duration.ofNanos(now - this.queue.oldestSince(now)));
		}
	}

	@Override
	public void open() {
		synchronized (this.lock) {
			this.closed = false;
			this.ended = false;
		}
	}

	@Override
	public void close() {
		this.closed = true;
	}

	@Override
	public void refuseWaiting() {
		List<Waiter> refused = new ArrayList<>();
		synchronized (this.lock) {
			this.ended = this.closed;
			for (Waiter waiter = this.queue.next(); waiter != null; waiter = this.queue.next()) {
				remove(waiter);
				refused.add(waiter);
			}
		}
		drain();
		refused.forEach((waiter) -> waiter.refused(Refusals.shutDown()));
	}

	/**
	 * Grant what can be granted. Whoever comes while another thread is at it leaves it to
	 * that one.
	 */
	private void drain() {
		if (this.drains.getAndIncrement() != 0) {
			return;
		}
		boolean done = false;
		try {
			int missed = 1;
			do {
				for (Waiter waiter = takeNext(); waiter != null; waiter = takeNext()) {
					grant(waiter, now());
				}
				if (this.wakeWanted) {
					setAlarm();
				}
				missed = this.drains.addAndGet(-missed);
			}
			while (missed != 0);
			done = true;
		}
		finally {
			if (!done) {
				// One subscriber that throws must not stop all others.
				this.drains.set(0);
				this.timer.schedule(this::drain);
			}
		}
	}

	private @Nullable Waiter takeNext() {
		synchronized (this.lock) {
			Waiter waiter = this.queue.next();
			if (waiter == null) {
				sleep();
				return null;
			}
			long now = now();
			if (!tryBegin(waiter, now)) {
				wakeBy(this.expiries.nextPoll());
				return null;
			}
			this.queue.take(waiter, now);
			removed(waiter);
			return waiter;
		}
	}

	/**
	 * Take the slots of a waiter if nothing speaks against it. Called under the lock.
	 */
	private boolean tryBegin(Waiter waiter, long now) {
		if (isPaused(now) || !tryTake(waiter)) {
			return false;
		}
		long wait = (this.shaper != null) ? this.shaper.tryBegin(now) : 0;
		if (wait > 0) {
			giveBack(waiter);
			wakeBy(now + wait);
			return false;
		}
		return true;
	}

	private boolean isPaused(long now) {
		long until = this.pausedUntil;
		if (until == 0) {
			return false;
		}
		if (until - now > 0) {
			wakeBy(until);
			return true;
		}
		this.pausedUntil = 0;
		return false;
	}

	private void wakeBy(long at) {
		if (this.wakeAt == 0 || at - this.wakeAt < 0) {
			this.wakeAt = at;
			this.wakeWanted = true;
		}
	}

	/**
	 * Nobody waits, so there is nothing to wake for.
	 */
	private void sleep() {
		if (this.wakeAt != 0) {
			this.wakeAt = 0;
			this.wakeWanted = true;
		}
	}

	private void setAlarm() {
		long at;
		synchronized (this.lock) {
			at = this.wakeAt;
			this.wakeWanted = false;
		}
		this.alarm.dispose();
		this.alarm = (at != 0) ? this.timer.schedule(() -> wake(at), Math.max(0, at - now()), TimeUnit.NANOSECONDS)
				: Disposables.disposed();
	}

	private void wake(long at) {
		synchronized (this.lock) {
			if (this.wakeAt == at) {
				this.wakeAt = 0;
			}
		}
		try {
			boolean expired;
			do {
				expired = expireNext();
			}
			while (expired);
		}
		finally {
			drain();
		}
	}

	/**
	 * Refuse one who has waited too long.
	 * @return whether there was one
	 */
	private boolean expireNext() {
		Waiter waiter;
		long now = now();
		long expected;
		synchronized (this.lock) {
			waiter = this.expiries.poll(now);
			if (waiter == null) {
				return false;
			}
			this.queue.remove(waiter);
			this.waiting = this.queue.size();
			expected = expectedWait(this.queue.mostAheadOfNewcomer(waiter), now);
		}
		waiter.refused(this.refusals.tooLate(now - waiter.waitingSince, expected));
		return true;
	}

	private long patience(Waiter waiter, long now) {
		return Math.max(0, Math.min(this.longestWait - (now - waiter.waitingSince), waiter.patience(now)));
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

	private void grant(Waiter waiter, long now) {
		waiter.grantedAt = now;
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

	/**
	 * Return how long it takes until a call has its slot. Called under the lock.
	 */
	private long expectedWait(int ahead, long now) {
		long wait = (long) ((ahead + 1.0) * this.holdTime / this.limit);
		if (this.shaper != null) {
			wait = Math.max(wait, this.shaper.expectedWait(ahead, now));
		}
		return wait + ((this.pausedUntil != 0) ? Math.max(0, this.pausedUntil - now) : 0);
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
	}

}
