package io.github.elevenspring.cache;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * How long answers are kept, and how large they may be.
 *
 * @param ttl how long an answer serves equal calls
 * @param staleTtl how long beyond that it is kept for calls that take an old one
 * @param maxEntrySize bytes of the largest answer that is kept, and of what is held for
 * callers that share an answer and read at different speeds
 * @since 0.1.0
 */
public record CacheSettings(Duration ttl, Duration staleTtl, int maxEntrySize) {

	/**
	 * Create settings.
	 * @throws IllegalArgumentException if a value cannot be meant
	 */
	public CacheSettings {
		Assert.isTrue(ttl.compareTo(Duration.ZERO) > 0, "'ttl' must be positive");
		Assert.isTrue(!staleTtl.isNegative(), "'staleTtl' must not be negative");
		Assert.isTrue(maxEntrySize > 0, "'maxEntrySize' must be positive");
	}

	/**
	 * Return how long an answer is kept at all.
	 * @return the time
	 */
	public Duration lifetime() {
		return this.ttl.plus(this.staleTtl);
	}

}
