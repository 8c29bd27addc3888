package io.github.elevenspring.model;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Who asks, how urgent it is and how long the answer is worth waiting for. Immutable.
 *
 * @param priority how urgent the call is
 * @param tenant the party on whose behalf the call is made, or {@code null} if all calls
 * belong to one
 * @param deadline how long the call may take, counted from subscription, each page of a
 * list being a call of its own, or {@code null} for the configured total timeout, which
 * also bounds a longer deadline
 * @param cacheUse how the call uses the cache
 * @param fallbackAllowed whether something else than what was asked for will do if
 * ElevenLabs fails and a fallback is configured
 * @since 0.1.0
 */
public record CallOptions(Priority priority, @Nullable String tenant, @Nullable Duration deadline, CacheUse cacheUse,
		boolean fallbackAllowed) {

	private static final CallOptions DEFAULTS = new CallOptions(Priority.NORMAL, null, null, CacheUse.NORMAL, true);

	/**
	 * Create options, refusing what cannot be meant.
	 * @throws IllegalArgumentException if the tenant is blank or the deadline is not
	 * positive
	 */
	public CallOptions {
		Assert.notNull(priority, "'priority' must not be null");
		Assert.notNull(cacheUse, "'cacheUse' must not be null");
		Assert.isTrue(tenant == null || !tenant.isBlank(), "'tenant' must not be blank");
		Assert.isTrue(deadline == null || (!deadline.isNegative() && !deadline.isZero()),
				"'deadline' must be positive");
	}

	/**
	 * Return the options of a call that says nothing of its own.
	 * @return normal priority, no tenant, the configured total timeout, cache and
	 * fallbacks as configured
	 */
	public static CallOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * Return these options with another priority.
	 * @param priority how urgent the call is
	 * @return a copy
	 */
	public CallOptions withPriority(Priority priority) {
		return new CallOptions(priority, this.tenant, this.deadline, this.cacheUse, this.fallbackAllowed);
	}

	/**
	 * Return these options with another tenant.
	 * @param tenant the party on whose behalf the call is made
	 * @return a copy
	 */
	public CallOptions withTenant(@Nullable String tenant) {
		return new CallOptions(this.priority, tenant, this.deadline, this.cacheUse, this.fallbackAllowed);
	}

	/**
	 * Return these options with another deadline.
	 * @param deadline how long the whole call may take
	 * @return a copy
	 */
	public CallOptions withDeadline(@Nullable Duration deadline) {
		return new CallOptions(this.priority, this.tenant, deadline, this.cacheUse, this.fallbackAllowed);
	}

	/**
	 * Return these options with another use of the cache.
	 * @param cacheUse how the call uses the cache
	 * @return a copy
	 */
	public CallOptions withCacheUse(CacheUse cacheUse) {
		return new CallOptions(this.priority, this.tenant, this.deadline, cacheUse, this.fallbackAllowed);
	}

	/**
	 * Return these options with another say on fallbacks.
	 * @param allowed whether something else than what was asked for will do,
	 * {@code false} for what was asked for or an error
	 * @return a copy
	 */
	public CallOptions withFallbackAllowed(boolean allowed) {
		return new CallOptions(this.priority, this.tenant, this.deadline, this.cacheUse, allowed);
	}

}
