package io.github.elevenspring.limiter;

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

	private final PriorityLine[] lines = new PriorityLine[PRIORITIES.length];

	private final double[] shares = new double[PRIORITIES.length];

	private final long ageing;

	private int size;

	/**
	 * Chosen already, but more slots must come free for it: nobody overtakes it.
	 */
	private @Nullable Waiter chosen;

	/**
	 * Create a queue.
	 * @param shares what part of the permits a priority gets at least, from 0 to 1
	 * @param ageing nanoseconds of waiting after which a share has doubled
	 */
	WaitingQueue(Map<Priority, Double> shares, long ageing) {
		for (Priority priority : PRIORITIES) {
			this.lines[priority.ordinal()] = new PriorityLine();
			this.shares[priority.ordinal()] = shares.getOrDefault(priority, 0.0);
		}
		this.ageing = ageing;
	}

	int size() {
		return this.size;
	}

	void addLast(Waiter waiter) {
		line(waiter).addLast(waiter);
		this.size++;
	}

	void addFirst(Waiter waiter) {
		line(waiter).addFirst(waiter);
		this.size++;
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
	 * Return who is next, and stay with that choice until it is taken or leaves.
	 */
	@Nullable Waiter next() {
		if (this.chosen == null && this.size > 0) {
			this.chosen = choose();
		}
		return this.chosen;
	}

	/**
	 * Take out the waiter that {@link #next()} returned.
	 */
	void take(Waiter waiter, long now) {
		PriorityLine taken = line(waiter);
		int above = waiter.priority.ordinal();
		for (int i = above + 1; i < this.lines.length; i++) {
			Waiter oldest = this.lines[i].oldest();
			if (oldest != null) {
				this.lines[i].owed += share(i, now - oldest.waitingSince);
			}
		}
		if (taken.owed >= 1) {
			taken.owed -= 1;
		}
		taken.take(waiter);
		this.size--;
		this.chosen = null;
	}

	/**
	 * Return how many go before a waiter, as far as can be told now.
	 */
	int ahead(Waiter waiter) {
		int ahead = line(waiter).ahead(waiter);
		for (int i = 0; i < waiter.priority.ordinal(); i++) {
			ahead += this.lines[i].size();
		}
		return ahead;
	}

	/**
	 * Return how many would go before a newcomer at the most, at no cost.
	 */
	int aheadOfNewcomer(Waiter waiter) {
		PriorityLine line = line(waiter);
		int ahead = line.aheadOfNewcomer(waiter.tenant);
		for (int i = 0; i < waiter.priority.ordinal(); i++) {
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
				else if (line.owed >= 1) {
					return line.first();
				}
			}
		}
		return (highest != null) ? highest.first() : null;
	}

	private double share(int priority, long age) {
		double growth = (this.ageing > 0) ? Math.min(1 + (double) age / this.ageing, MOST_GROWTH) : 1;
		return this.shares[priority] * growth;
	}

	private PriorityLine line(Waiter waiter) {
		return this.lines[waiter.priority.ordinal()];
	}

}
