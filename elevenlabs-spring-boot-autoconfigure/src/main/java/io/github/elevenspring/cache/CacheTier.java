package io.github.elevenspring.cache;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.cache.Cache;
import org.springframework.cache.concurrent.ConcurrentMapCache;

/**
 * A place where answers are kept, over Spring's {@link Cache}. Thread-safe; nothing
 * blocks the caller.
 *
 * @since 0.1.0
 */
public abstract sealed class CacheTier implements AutoCloseable permits InMemoryTier, RemoteTier {

	CacheTier() {
	}

	/**
	 * Return a tier over a cache of whatever kind.
	 * @param cache the cache
	 * @param timeout longest wait for an answer, unless the cache answers from memory
	 * @param timer measures the time, and publishes what the cache answers
	 * @return the tier, to be closed
	 */
	public static CacheTier of(Cache cache, Duration timeout, Scheduler timer) {
		boolean inMemory = (cache instanceof ConcurrentMapCache map) ? !map.isStoreByValue()
				: cache.getNativeCache().getClass().getName().startsWith("com.github.benmanes.caffeine.");
		return inMemory ? inMemory(cache) : remote(cache, timeout, timer);
	}

	/**
	 * Return a tier that is asked at once: its cache answers from memory. It holds
	 * references, which are weighed by {@link #weight(Object)}.
	 * @param cache the cache
	 * @return the tier
	 */
	public static CacheTier inMemory(Cache cache) {
		return new InMemoryTier(cache);
	}

	/**
	 * Return a tier whose cache may take its time, or block. It holds arrays of bytes.
	 * After a failure it is left alone for a second.
	 * @param cache the cache
	 * @param timeout longest wait for an answer
	 * @param timer measures the time, and publishes what the cache answers
	 * @return the tier, to be closed
	 */
	public static CacheTier remote(Cache cache, Duration timeout, Scheduler timer) {
		return new RemoteTier(cache, timeout, timer);
	}

	/**
	 * Return about how many bytes an answer takes in memory.
	 * @param value a value that a tier has put into its cache
	 * @return the weight
	 */
	public static int weight(Object value) {
		if (value instanceof CachedReply reply) {
			return reply.weight();
		}
		return (value instanceof byte[] bytes) ? bytes.length : 1;
	}

	/**
	 * Look for an answer without waiting.
	 * @return the answer, or {@code null} if there is none or it takes time to find out
	 */
	abstract @Nullable CachedReply peek(String key);

	/**
	 * Look for an answer. Empty if there is none, an error if that is not known.
	 */
	abstract Mono<CachedReply> get(String key);

	abstract Mono<Void> put(String key, CachedReply reply);

	abstract Mono<Void> evict(String key);

	abstract Mono<Void> clear();

	@Override
	public abstract void close();

}
