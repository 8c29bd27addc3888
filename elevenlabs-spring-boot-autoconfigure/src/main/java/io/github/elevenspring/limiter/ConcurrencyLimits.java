package io.github.elevenspring.limiter;

import java.util.EnumMap;
import java.util.Map;

import reactor.core.scheduler.Scheduler;

import org.springframework.util.Assert;

/**
 * The limits of all groups, to be read and changed while the application runs. A change
 * takes effect at once: running calls are left alone, waiting ones that fit go ahead.
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class ConcurrencyLimits {

	private final Map<ConcurrencyGroup, ConcurrencyLimiter> limiters = new EnumMap<>(ConcurrencyGroup.class);

	/**
	 * Create limits that hold in this application.
	 * @param plan what the account allows
	 * @param overrides limits that hold in place of the plan's, whatever the service says
	 * @param settings how the limiters work
	 * @param timer measures the time
	 */
	public ConcurrencyLimits(Plan plan, Map<ConcurrencyGroup, Integer> overrides, LimiterSettings settings,
			Scheduler timer) {
		this(plan, overrides, (group, limit, binding) -> new LocalConcurrencyLimiter(group.name(),
				new AdaptiveLimit(limit, binding, settings.headroom()), settings, timer));
	}

	ConcurrencyLimits(Plan plan, Map<ConcurrencyGroup, Integer> overrides, ConcurrencyLimiterFactory factory) {
		for (ConcurrencyGroup group : ConcurrencyGroup.values()) {
			Integer override = overrides.get(group);
			Assert.isTrue(override == null || override > 0, () -> "the limit of " + group + " must be positive");
			this.limiters.put(group,
					factory.create(group, (override != null) ? override : plan.limit(group), override != null));
		}
	}

	/**
	 * Return the state of all groups.
	 * @return a snapshot of each
	 */
	public Map<ConcurrencyGroup, LimiterSnapshot> snapshot() {
		Map<ConcurrencyGroup, LimiterSnapshot> snapshots = new EnumMap<>(ConcurrencyGroup.class);
		this.limiters.forEach((group, limiter) -> snapshots.put(group, limiter.snapshot()));
		return snapshots;
	}

	/**
	 * Change one limit, and hold it against whatever the service says.
	 * @param group the group of calls
	 * @param limit slots, at least one
	 */
	public void limit(ConcurrencyGroup group, int limit) {
		Assert.isTrue(limit > 0, "'limit' must be positive");
		limiter(group).limit(limit);
	}

	/**
	 * Change the plan. Groups whose limit was set on its own, at the start or since, keep
	 * it.
	 * @param plan what the account allows
	 */
	public void plan(Plan plan) {
		Assert.isTrue(plan != Plan.AUTO, "'plan' must be one that an account can have");
		this.limiters.forEach((group, limiter) -> limiter.plan(plan.limit(group)));
	}

	/**
	 * Take calls, as after the creation.
	 */
	public void open() {
		this.limiters.values().forEach(ConcurrencyLimiter::open);
	}

	/**
	 * Refuse new calls from now on; those that wait already still get their turn.
	 */
	public void close() {
		this.limiters.values().forEach(ConcurrencyLimiter::close);
	}

	/**
	 * Refuse all calls that still wait.
	 */
	public void refuseWaiting() {
		this.limiters.values().forEach(ConcurrencyLimiter::refuseWaiting);
	}

	ConcurrencyLimiter limiter(ConcurrencyGroup group) {
		ConcurrencyLimiter limiter = this.limiters.get(group);
		Assert.state(limiter != null, "Each group must have a limiter");
		return limiter;
	}

}
