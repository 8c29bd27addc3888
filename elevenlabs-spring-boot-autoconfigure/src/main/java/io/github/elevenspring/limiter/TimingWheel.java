package io.github.elevenspring.limiter;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Tells whose wait has gone on too long, never early and less than a millisecond late. A
 * hierarchical timing wheel: time in ticks is a number of base 64, and a waiter stands in
 * the slot of the highest digit in which its end differs from the time now. Joining and
 * leaving cost the same however many wait, and allocate nothing; who stays to the end
 * changes the slot once for each digit at most. Not thread-safe: its limiter guards it.
 */
final class TimingWheel {

	private static final long TICK = TimeUnit.MILLISECONDS.toNanos(1);

	/**
	 * Who has more patience than 146 years does not notice.
	 */
	private static final long LONGEST = Long.MAX_VALUE / 2;

	private static final int BITS = 6;

	private static final int SLOTS = 1 << BITS;

	/**
	 * Enough for any number of nanoseconds.
	 */
	private static final int LEVELS = 8;

	/**
	 * The first of each slot.
	 */
	private final @Nullable Waiter[] slots = new Waiter[LEVELS * SLOTS];

	/**
	 * One bit for each slot of a level that somebody stands in.
	 */
	private final long[] occupied = new long[LEVELS];

	private final long origin;

	/**
	 * No later than the time now, and than the slots that somebody stands in.
	 */
	private long tick;

	/**
	 * Create a wheel.
	 * @param now the time in nanoseconds, as for all methods
	 */
	TimingWheel(long now) {
		this.origin = now;
	}

	boolean isEmpty() {
		return level() == LEVELS;
	}

	/**
	 * Add a waiter that is not there yet.
	 * @param waiter who waits
	 * @param now the time
	 * @param patience how much longer
	 */
	void add(Waiter waiter, long now, long patience) {
		long elapsed = now - this.origin;
		if (isEmpty()) {
			this.tick = elapsed / TICK;
		}
		long end = elapsed + Math.min(patience, LONGEST);
		waiter.expiry = Math.max(this.tick, (end + TICK - 1) / TICK);
		link(waiter);
	}

	/**
	 * Take out a waiter that is there.
	 */
	void remove(Waiter waiter) {
		int slot = slot(waiter);
		Waiter previous = waiter.previousInSlot;
		Waiter next = waiter.nextInSlot;
		if (next != null) {
			next.previousInSlot = previous;
		}
		if (previous != null) {
			previous.nextInSlot = next;
		}
		else {
			this.slots[slot] = next;
			if (next == null) {
				this.occupied[slot / SLOTS] &= ~(1L << slot);
			}
		}
		waiter.previousInSlot = null;
		waiter.nextInSlot = null;
	}

	/**
	 * Take out one whose wait has gone on too long.
	 * @return a waiter, or {@code null} if there is none (any more)
	 */
	@Nullable Waiter poll(long now) {
		long until = (now - this.origin) / TICK;
		for (int level = level(); level < LEVELS; level = level()) {
			long start = start(level);
			if (start > until) {
				return null;
			}
			this.tick = start;
			int slot = level * SLOTS + Long.numberOfTrailingZeros(this.occupied[level]);
			Waiter first = this.slots[slot];
			if (level == 0 && first != null) {
				remove(first);
				return first;
			}
			this.slots[slot] = null;
			this.occupied[level] &= ~(1L << slot);
			Waiter waiter = first;
			while (waiter != null) {
				Waiter next = waiter.nextInSlot;
				link(waiter);
				waiter = next;
			}
		}
		return null;
	}

	/**
	 * Return when to poll next, at the latest. It may be too early to find somebody.
	 */
	long nextPoll() {
		return this.origin + start(level()) * TICK;
	}

	private void link(Waiter waiter) {
		int slot = slot(waiter);
		Waiter next = this.slots[slot];
		waiter.previousInSlot = null;
		waiter.nextInSlot = next;
		if (next != null) {
			next.previousInSlot = waiter;
		}
		this.slots[slot] = waiter;
		this.occupied[slot / SLOTS] |= 1L << slot;
	}

	private int slot(Waiter waiter) {
		long differing = (waiter.expiry ^ this.tick) | 1;
		int level = (Long.SIZE - 1 - Long.numberOfLeadingZeros(differing)) / BITS;
		return level * SLOTS + ((int) (waiter.expiry >>> level * BITS) & (SLOTS - 1));
	}

	/**
	 * Return the lowest level that is not empty: what stands there comes first.
	 */
	private int level() {
		int level = 0;
		while (level < LEVELS && this.occupied[level] == 0) {
			level++;
		}
		return level;
	}

	/**
	 * Return the tick with which the first slot of a level begins.
	 */
	private long start(int level) {
		long digit = Long.numberOfTrailingZeros(this.occupied[level]);
		int shift = level * BITS;
		return (this.tick >>> shift & -SLOTS | digit) << shift;
	}

}
