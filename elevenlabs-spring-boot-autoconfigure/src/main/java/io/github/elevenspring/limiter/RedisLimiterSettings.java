package io.github.elevenspring.limiter;

import java.time.Duration;

import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * How limiters share their limits through Redis.
 *
 * @param keyPrefix what all keys and channels begin with; instances with the same prefix
 * share their limits, so each account needs one of its own
 * @param lease time after which the slots and the queue entries of an instance that died
 * are free again
 * @param commandTimeout longest wait for an answer of Redis, after which an instance goes
 * on alone; at most a third of the lease
 * @param expectedInstances instances that share the limit as long as Redis has never been
 * reached
 * @since 0.1.0
 */
public record RedisLimiterSettings(String keyPrefix, Duration lease, Duration commandTimeout, int expectedInstances) {

	/**
	 * Create settings.
	 * @throws IllegalArgumentException if a value cannot be meant
	 */
	public RedisLimiterSettings {
		Assert.isTrue(StringUtils.hasText(keyPrefix), "'keyPrefix' must not be empty");
		Assert.isTrue(keyPrefix.chars().noneMatch((c) -> c == '{' || c == '}'),
				"'keyPrefix' must not contain braces: they decide the slot in a cluster");
		Assert.isTrue(lease.toMillis() >= 500, "'lease' must be at least 500 milliseconds");
		Assert.isTrue(commandTimeout.compareTo(Duration.ZERO) > 0, "'commandTimeout' must be positive");
		Assert.isTrue(commandTimeout.multipliedBy(3).compareTo(lease) <= 0,
				"'commandTimeout' must be at most a third of 'lease': leases are renewed in time even if commands take that long");
		Assert.isTrue(expectedInstances > 0, "'expectedInstances' must be positive");
	}

	/**
	 * Return settings that suit most applications.
	 * @return prefix {@code elevenlabs:limiter}, 15 seconds, 50 milliseconds, one
	 * instance
	 */
	public static RedisLimiterSettings defaults() {
		return new RedisLimiterSettings("elevenlabs:limiter", Duration.ofSeconds(15), Duration.ofMillis(50), 1);
	}

}
