package io.github.elevenspring.cache;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.cache.Cache;

/**
 * A tier whose cache answers at once.
 */
final class InMemoryTier extends CacheTier {

	private final Cache cache;

	InMemoryTier(Cache cache) {
		this.cache = cache;
	}

	@Override
	@Nullable CachedReply peek(String key) {
		Cache.ValueWrapper value = this.cache.get(key);
		return (value != null) ? CachedReply.from(value.get()) : null;
	}

	@Override
	Mono<CachedReply> get(String key) {
		return Mono.fromSupplier(() -> peek(key));
	}

	@Override
	Mono<Void> put(String key, CachedReply reply) {
		return Mono.fromRunnable(() -> this.cache.put(key, reply));
	}

	@Override
	Mono<Void> evict(String key) {
		return Mono.fromRunnable(() -> this.cache.evictIfPresent(key));
	}

	@Override
	Mono<Void> clear() {
		return Mono.fromRunnable(this.cache::invalidate);
	}

	@Override
	public void close() {
	}

}
