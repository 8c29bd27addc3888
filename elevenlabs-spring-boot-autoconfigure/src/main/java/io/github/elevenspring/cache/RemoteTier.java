package io.github.elevenspring.cache;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.cache.Cache;
import org.springframework.util.Assert;

/**
 * A tier whose cache may be slow, or gone. Even a cache that answers later may block to
 * connect, so it is asked on threads of its own. What follows is not their work, nor that
 * of the driver's threads: all results are published by the timer.
 */
final class RemoteTier extends CacheTier {

	private static final int THREADS = 4;

	private static final int MOST_WAITING = 1000;

	/**
	 * How long the cache is left alone after a failure, so that calls do not wait for it
	 * each, and commands do not pile up.
	 */
	private static final Duration PAUSE = Duration.ofSeconds(1);

	/**
	 * Nobody waits for what is written, and it is larger than a question.
	 */
	private static final int PATIENCE_OF_WRITES = 20;

	private final Cache cache;

	private final Duration timeout;

	private final Scheduler timer;

	private final Scheduler worker = Schedulers.newBoundedElastic(THREADS, MOST_WAITING, "elevenlabs-cache", 60, true);

	private volatile boolean paused;

	private volatile long pausedUntil;

	RemoteTier(Cache cache, Duration timeout, Scheduler timer) {
		Assert.isTrue(timeout.compareTo(Duration.ZERO) > 0, "'timeout' must be positive");
		this.cache = cache;
		this.timeout = timeout;
		this.timer = timer;
	}

	@Override
	@Nullable CachedReply peek(String key) {
		return null;
	}

	@Override
	Mono<CachedReply> get(String key) {
		return guarded(Mono.defer(() -> retrieve(key)), this.timeout);
	}

	@Override
	Mono<Void> put(String key, CachedReply reply) {
		return guarded(Mono.fromRunnable(() -> this.cache.put(key, reply.encode())),
				this.timeout.multipliedBy(PATIENCE_OF_WRITES));
	}

	@Override
	Mono<Void> evict(String key) {
		return unguarded(() -> this.cache.evictIfPresent(key));
	}

	@Override
	Mono<Void> clear() {
		return unguarded(this.cache::invalidate);
	}

	@Override
	public void close() {
		this.worker.dispose();
	}

	private Mono<CachedReply> retrieve(String key) {
		CompletableFuture<?> answer;
		try {
			answer = this.cache.retrieve(key);
		}
		catch (UnsupportedOperationException | IllegalStateException ex) {
			// The cache, or the driver below it, has no other way than to block.
			Cache.ValueWrapper value = this.cache.get(key);
			return (value != null) ? Mono.justOrEmpty(reply(value)) : Mono.empty();
		}
		return (answer != null) ? Mono.fromFuture(answer).flatMap((value) -> Mono.justOrEmpty(reply(value)))
				: Mono.empty();
	}

	private static @Nullable CachedReply reply(Object value) {
		return CachedReply.from((value instanceof Cache.ValueWrapper wrapper) ? wrapper.get() : value);
	}

	private <T> Mono<T> guarded(Mono<T> work, Duration timeout) {
		return Mono.defer(() -> {
			if (this.paused && this.pausedUntil - this.timer.now(TimeUnit.NANOSECONDS) > 0) {
				return Mono.error(CacheUnavailableException.INSTANCE);
			}
			// Whoever does not wait any longer must not interrupt what may be a connect.
			return Mono.fromFuture(work.subscribeOn(this.worker).toFuture(), true)
				.timeout(timeout, this.timer)
				.doOnError((ex) -> pause())
				.doOnSuccess((done) -> this.paused = false);
		}).publishOn(this.timer);
	}

	/**
	 * Work that is to be done at all events, however long it takes.
	 */
	private Mono<Void> unguarded(Runnable work) {
		return Mono.<Void>fromRunnable(work).subscribeOn(this.worker).publishOn(this.timer);
	}

	private void pause() {
		this.pausedUntil = this.timer.now(TimeUnit.NANOSECONDS) + PAUSE.toNanos();
		this.paused = true;
	}

}
