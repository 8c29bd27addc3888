package io.github.elevenspring.resilience;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import org.springframework.util.Assert;

/**
 * Keeps retries from multiplying an outage: a bucket of tokens that all calls to one
 * service share. A retry takes a token; a call that succeeds without one pays a part of a
 * token in, and a retry that succeeds gives its token back. When every call fails the
 * bucket runs dry, and calls fail with their first error. Lock-free and thread-safe.
 *
 * @since 0.1.0
 */
public final class RetryBudget {

	private static final long TOKEN = 1_000_000;

	private final long capacity;

	private final long deposit;

	private final AtomicLong level;

	private final LongAdder refusals = new LongAdder();

	/**
	 * Create a full bucket.
	 * @param capacity tokens it holds
	 * @param deposit part of a token that each success pays in, 0 to 1
	 */
	public RetryBudget(int capacity, double deposit) {
		Assert.isTrue(capacity >= 0, "'capacity' must not be negative");
		Assert.isTrue(deposit >= 0 && deposit <= 1, "'deposit' must be between 0 and 1");
		this.capacity = capacity * TOKEN;
		this.deposit = Math.round(deposit * TOKEN);
		this.level = new AtomicLong(this.capacity);
	}

	boolean tryTake() {
		long level = this.level.get();
		while (level >= TOKEN) {
			if (this.level.compareAndSet(level, level - TOKEN)) {
				return true;
			}
			level = this.level.get();
		}
		this.refusals.increment();
		return false;
	}

	/**
	 * Give the token of a retry back.
	 */
	void giveBack() {
		add(TOKEN);
	}

	/**
	 * Pay in for a call that succeeded without a retry.
	 */
	void payIn() {
		add(this.deposit);
	}

	private void add(long amount) {
		long level = this.level.get();
		while (level < this.capacity && !this.level.compareAndSet(level, Math.min(this.capacity, level + amount))) {
			level = this.level.get();
		}
	}

	/**
	 * Return how many retries the budget would allow now.
	 * @return the tokens left
	 */
	public double tokens() {
		return (double) this.level.get() / TOKEN;
	}

	/**
	 * Return how many retries the budget has refused.
	 * @return the refusals
	 */
	public long refusals() {
		return this.refusals.sum();
	}

}
