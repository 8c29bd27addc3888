package io.github.elevenspring.limiter;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

import io.github.elevenspring.model.Priority;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is next. The highest priority is, except that the lower ones are owed a
 * share of what goes past them; the share grows with the age of the oldest that waits, so
 * that nobody starves and nobody urgent waits long for it. Not thread-safe: its limiter
 * guards it.
 */
final class WaitingQueue {

	private static final Priority[] PRIORITIES = Priority.values();

	/**
	 * No share grows beyond this multiple of itself.
	 */
	private static final double MOST_GROWTH = 3;

	/**
	 * No growth lets the lower priorities together have more than this: what is urgent
	 * keeps the rest.
	 */
	private static final double MOST_SHARED = 0.5;

	/**
	 * Ten tenths are a bit less than one.
	 */
	private static final double ONE = 1 - 1e-9;

	private final PriorityLine[] lines = new PriorityLine[PRIORITIES.length];

	private final double[] shares = new double[PRIORITIES.length];

	private final double mostGrowth;

	private final long ageing;

	private int size;

	/**
	 * Its turn has come, but it takes more than one slot and they must come free first:
	 * nobody overtakes it.
	 */
	private @Nullable Waiter chosen;

	/**
	 * Create a queue.
	 * @param shares what part of the permits a priority gets at least, from 0 to 1
	 * @param ageing nanoseconds of waiting in which a share grows by itself, as far as it
	 * may grow; 0 for no growth
	 */
	WaitingQueue(Map<Priority, Double> shares, long ageing) {
		for (Priority priority : PRIORITIES) {
			this.lines[priority.ordinal()] = new PriorityLine();
			this.shares[priority.ordinal()] = (priority != PRIORITIES[0]) ? shares.getOrDefault(priority, 0.0) : 0;
		}
		double shared = Arrays.stream(this.shares).sum();
		this.mostGrowth = (shared > 0) ? Math.max(1, Math.min(MOST_GROWTH, MOST_SHARED / shared)) : 1;
		this.ageing = ageing;
	}

	int size() {
		return this.size;
	}

	void addLast(Waiter waiter) {
		line(waiter).addLast(waiter);
		this.size++;
	}

	/**
	 * Put a waiter that had its permit already to the head of its priority.
	 */
	void addFirst(Waiter waiter) {
		line(waiter).addFirst(waiter);
		this.size++;
		if (this.chosen != null && this.chosen.priority == waiter.priority) {
			this.chosen = null;
		}
	}

	/**
	 * Take out a waiter that lost interest.
	 * @return whether it was there
	 */
	boolean remove(Waiter waiter) {
		if (waiter.line == null) {
			return false;
		}
		line(waiter).remove(waiter);
		this.size--;
		if (this.chosen == waiter) {
			this.chosen = null;
		}
		return true;
	}

	/**
	 * Return whether somebody less urgent waits.
	 */
	boolean hasBelow(Priority priority) {
		for (int i = priority.ordinal() + 1; i < this.lines.length; i++) {
			if (this.lines[i].size() > 0) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Take out who came last of the least urgent, if less urgent than the given priority.
	 */
	@Nullable Waiter removeLastBelow(Priority priority) {
		for (int i = this.lines.length - 1; i > priority.ordinal(); i--) {
			Waiter youngest = this.lines[i].youngest();
			if (youngest != null) {
				remove(youngest);
				return youngest;
			}
		}
		return null;
	}

	/**
	 * Return who is next. If that one takes several slots, it stays with that choice
	 * until it is taken or leaves.
	 */
	@Nullable Waiter next() {
		if (this.chosen != null) {
			return this.chosen;
		}
		Waiter next = choose();
		if (next != null && next.weight > 1) {
			this.chosen = next;
		}
		return next;
	}

	/**
	 * Take out the waiter that {@link #next()} returned. All that wait get their share of
	 * this permit, and the one priority that has it is paid.
	 */
	void take(Waiter waiter, long now) {
		for (int i = 1; i < this.lines.length; i++) {
			Waiter oldest = this.lines[i].oldest();
			if (oldest != null) {
				this.lines[i].owed += share(i, now - oldest.waitingSince);
			}
		}
		PriorityLine taken = line(waiter);
		taken.owed = Math.max(0, taken.owed - 1);
		taken.take(waiter);
		this.size--;
		this.chosen = null;
	}

	/**
	 * Return how many go before a waiter if nobody joins or leaves, guaranteed shares not
	 * counted.
	 */
	int ahead(Waiter waiter) {
		return (waiter != this.chosen) ? line(waiter).ahead(waiter) + aheadOf(waiter.priority) : 0;
	}

	/**
	 * Return how many would go before a newcomer.
	 */
	int aheadOfNewcomer(Waiter waiter) {
		return line(waiter).aheadOfNewcomer(waiter.tenant) + aheadOf(waiter.priority);
	}

	/**
	 * Return how many would go before a newcomer at the most, at no cost.
	 */
	int mostAheadOfNewcomer(Waiter waiter) {
		return line(waiter).mostAheadOfNewcomer(waiter.tenant) + aheadOf(waiter.priority);
	}

	private int aheadOf(Priority priority) {
		int ahead = (this.chosen != null && this.chosen.priority.compareTo(priority) > 0) ? 1 : 0;
		for (int i = 0; i < priority.ordinal(); i++) {
			ahead += this.lines[i].size();
		}
		return ahead;
	}

	Map<Priority, Integer> sizes() {
		Map<Priority, Integer> sizes = new EnumMap<>(Priority.class);
		for (Priority priority : PRIORITIES) {
			sizes.put(priority, this.lines[priority.ordinal()].size());
		}
		return sizes;
	}

	int tenants() {
		int tenants = 0;
		for (PriorityLine line : this.lines) {
			tenants += line.tenants();
		}
		return tenants;
	}

	/**
	 * Return since when the oldest waits.
	 * @param now returned if nobody waits
	 */
	long oldestSince(long now) {
		long oldest = now;
		for (PriorityLine line : this.lines) {
			Waiter waiter = line.oldest();
			if (waiter != null && waiter.waitingSince - oldest < 0) {
				oldest = waiter.waitingSince;
			}
		}
		return oldest;
	}

	private @Nullable Waiter choose() {
		PriorityLine highest = null;
		for (PriorityLine line : this.lines) {
			if (line.size() > 0) {
				if (highest == null) {
					highest = line;
				}
				else if (line.owed >= ONE) {
					return line.first();
				}
			}
		}
		return (highest != null) ? highest.first() : null;
	}

	private double share(int priority, long age) {
		double growth = (this.ageing > 0) ? Math.min(1 + (double) age / this.ageing, this.mostGrowth) : 1;
		return this.shares[priority] * growth;
	}

	private PriorityLine line(Waiter waiter) {
		return this.lines[waiter.priority.ordinal()];
	}

}
