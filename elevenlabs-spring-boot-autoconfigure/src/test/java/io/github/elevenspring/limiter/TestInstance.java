package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import reactor.core.scheduler.Schedulers;

import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;

import static org.awaitility.Awaitility.await;

/**
 * One instance of an application, with connections of its own.
 */
final class TestInstance implements AutoCloseable {

	final RedisConcurrencyLimiter limiter;

	private final RedisConcurrencyLimiters limiters;

	private final LettuceConnectionFactory connections;

	private final ClientResources resources;

	TestInstance(int port, int limit, LimiterSettings settings, RedisLimiterSettings redis) {
		this.resources = ClientResources.builder()
			.reconnectDelay(Delay.exponential(Duration.ZERO, Duration.ofSeconds(1), 2, TimeUnit.MILLISECONDS))
			.build();
		this.connections = new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", port),
				LettuceClientConfiguration.builder().clientResources(this.resources).build());
		this.connections.afterPropertiesSet();
		this.connections.start();
		this.limiters = new RedisConcurrencyLimiters(new ReactiveStringRedisTemplate(this.connections), redis,
				Schedulers.parallel());
		this.limiter = this.limiters.limiter("STANDARD", limit, false, settings);
	}

	TestInstance awaitShared() {
		await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(5)).until(this.limiter::isShared);
		return this;
	}

	ReactiveRedisConnection connection() {
		return this.connections.getReactiveConnection();
	}

	RedisConcurrencyLimiters limits() {
		return this.limiters;
	}

	/**
	 * Cut the connections without a word.
	 */
	void vanish() {
		this.limiter.stopSilently();
		this.connections.destroy();
		this.resources.shutdown(0, 0, TimeUnit.SECONDS);
	}

	@Override
	public void close() {
		this.limiters.close();
		this.connections.destroy();
		this.resources.shutdown(0, 0, TimeUnit.SECONDS);
	}

}
