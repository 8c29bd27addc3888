package io.github.elevenspring.limiter;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.util.Assert;

/**
 * Makes limits that all instances of an application share: one limit and one queue per
 * group, kept in Redis. While Redis cannot be reached in time, an instance goes on with
 * its part of the limit, and comes back by itself. Thread-safe; nothing blocks.
 *
 * @since 0.1.0
 */
public final class RedisConcurrencyLimiters implements AutoCloseable {

	private final RedisLimiterSettings redis;

	private final Scheduler timer;

	private final RedisLink link;

	private final List<RedisConcurrencyLimiter> limiters = new CopyOnWriteArrayList<>();

	/**
	 * Create a factory of limits. Redis is reached in the background.
	 * @param template how to reach Redis
	 * @param redis how the limits are shared
	 * @param timer measures the time, and runs calls whose turn has come
	 */
	public RedisConcurrencyLimiters(ReactiveStringRedisTemplate template, RedisLimiterSettings redis, Scheduler timer) {
		this.redis = redis;
		this.timer = timer;
		this.link = new RedisLink(template, redis, timer);
	}

	/**
	 * Create limits that all instances share.
	 * @param plan what the account allows
	 * @param overrides limits that hold in place of the plan's, whatever the service says
	 * @param settings how the limiters work
	 * @return the limits
	 * @throws IllegalArgumentException if the settings cap the rate: that cap is not
	 * shared yet
	 */
	public ConcurrencyLimits limits(Plan plan, Map<ConcurrencyGroup, Integer> overrides, LimiterSettings settings) {
		Assert.isTrue(settings.rate() == null,
				"A cap on the rate is not shared through Redis: remove it, or share no limits");
		return new ConcurrencyLimits(plan, overrides,
				(group, limit, binding) -> limiter(group.name(), limit, binding, settings));
	}

	RedisConcurrencyLimiter limiter(String group, int limit, boolean binding, LimiterSettings settings) {
		RedisConcurrencyLimiter limiter = new RedisConcurrencyLimiter(group, limit, binding, settings, this.redis,
				this.link, this.timer);
		this.limiters.add(limiter);
		limiter.start();
		return limiter;
	}

	/**
	 * Return whether this instance shares all its limits at the moment. If not, it goes
	 * on with its part of them.
	 * @return whether it takes part
	 */
	public boolean isShared() {
		return this.limiters.stream().allMatch(RedisConcurrencyLimiter::isShared);
	}

	/**
	 * Take part again after {@link #closeLater()}.
	 */
	public void start() {
		this.limiters.forEach(RedisConcurrencyLimiter::start);
	}

	/**
	 * Refuse whoever waits, give back what this instance still has in Redis, and stop. To
	 * be subscribed to while Redis can still be reached.
	 * @return ends when Redis has answered, or has not within two seconds; never fails
	 */
	public Mono<Void> closeLater() {
		return Mono.defer(() -> Mono.when(this.limiters.stream().map(RedisConcurrencyLimiter::stop).toList()))
			.doOnTerminate(this.link::close)
			.doOnCancel(this.link::close);
	}

	/**
	 * Do as {@link #closeLater()} does, without waiting for its end.
	 */
	@Override
	public void close() {
		closeLater().subscribe();
	}

}
