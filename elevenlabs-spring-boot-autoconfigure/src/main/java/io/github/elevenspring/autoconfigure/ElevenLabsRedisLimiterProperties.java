package io.github.elevenspring.autoconfigure;

import java.time.Duration;

import io.github.elevenspring.limiter.RedisLimiterSettings;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the limits are shared between instances.
 *
 * @param keyPrefix what all keys and channels begin with: instances with the same prefix
 * share their limits, so each account needs one of its own
 * @param lease time after which slots and places in the queue of an instance that died
 * are free again
 * @param commandTimeout longest wait for an answer of Redis, after which an instance goes
 * on alone with its part of the limit
 * @param expectedInstances instances that share the limit as long as Redis has never been
 * reached
 * @since 0.1.0
 */
@ConfigurationProperties("elevenlabs.limiter.redis")
public record ElevenLabsRedisLimiterProperties(@DefaultValue("elevenlabs:limiter") String keyPrefix,
		@DefaultValue("15s") Duration lease, @DefaultValue("50ms") Duration commandTimeout,
		@DefaultValue("1") int expectedInstances) {

	RedisLimiterSettings toSettings() {
		return new RedisLimiterSettings(this.keyPrefix, this.lease, this.commandTimeout, this.expectedInstances);
	}

}
