package io.github.elevenspring.autoconfigure;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.elevenspring.limiter.RedisConcurrencyLimiters;

import org.springframework.context.SmartLifecycle;

/**
 * Gives the slots of this instance back while Redis can still be reached: after all who
 * make calls have stopped, and just before the connections to Redis are closed, which
 * happens before beans are destroyed.
 */
final class RedisLimiterLifecycle implements SmartLifecycle {

	/**
	 * That of the connection factories of Spring Data Redis is zero.
	 */
	private static final int PHASE = 1;

	private final RedisConcurrencyLimiters limiters;

	private final AtomicBoolean running = new AtomicBoolean();

	RedisLimiterLifecycle(RedisConcurrencyLimiters limiters) {
		this.limiters = limiters;
	}

	@Override
	public void start() {
		if (this.running.compareAndSet(false, true)) {
			this.limiters.start();
		}
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	@Override
	public void stop(Runnable callback) {
		this.running.set(false);
		this.limiters.closeLater().doFinally((signal) -> callback.run()).subscribe();
	}

	@Override
	public boolean isRunning() {
		return this.running.get();
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
