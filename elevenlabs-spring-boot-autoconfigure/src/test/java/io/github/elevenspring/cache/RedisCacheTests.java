package io.github.elevenspring.cache;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

import io.github.elevenspring.TestRedis;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.CacheResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import org.springframework.cache.Cache;
import org.springframework.cache.concurrent.ConcurrentMapCache;
import org.springframework.data.redis.cache.RedisCacheConfiguration;
import org.springframework.data.redis.cache.RedisCacheManager;
import org.springframework.data.redis.cache.RedisCacheWriter;
import org.springframework.data.redis.cache.RedisCacheWriter.RedisCacheWriterConfigurer;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.serializer.RedisSerializationContext.SerializationPair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two instances that share answers through a real Redis, which comes and goes.
 */
class RedisCacheTests {

	private static final Duration TIMEOUT = Duration.ofMillis(200);

	private static final CacheSettings SETTINGS = new CacheSettings(Duration.ofHours(1), Duration.ZERO, 1024);

	private final TestRedis redis = new TestRedis();

	private LettuceConnectionFactory connections;

	private Cache shared;

	private final FakeService service = new FakeService();

	private final Instance one = new Instance();

	private final Instance other = new Instance();

	@BeforeEach
	void connect() throws Exception {
		this.connections = new LettuceConnectionFactory("127.0.0.1", this.redis.port);
		this.connections.afterPropertiesSet();
		this.connections.start();
		RedisCacheManager caches = RedisCacheManager
			.builder(RedisCacheWriter.create(this.connections, RedisCacheWriterConfigurer::immediateWrites))
			.cacheDefaults(RedisCacheConfiguration.defaultCacheConfig()
				.entryTtl(Duration.ofHours(1))
				.serializeValuesWith(SerializationPair.byteArray()))
			.build();
		caches.afterPropertiesSet();
		this.shared = caches.getCache("speech");
		this.shared.retrieve("to connect").get(10, java.util.concurrent.TimeUnit.SECONDS);
		this.one.connect();
		this.other.connect();
	}

	@AfterEach
	void end() {
		this.one.tier.close();
		this.other.tier.close();
		this.redis.close();
		this.connections.destroy();
	}

	@Test
	void answerOfOneInstanceServesTheOther() throws Exception {
		answerAndKeep();
		Caller caller = this.other.call("Hello");
		await().until(() -> caller.completed);
		assertThat(caller.received()).containsExactly(1, 2, 3);
		assertThat(caller.resultAtHead).isEqualTo(CacheResult.HIT);
		assertThat(caller.progress.attempts()).isZero();
		assertThat(caller.head.metadata().requestId()).isEqualTo("r-1");
		assertThat(this.other.map.getNativeCache()).hasSize(1);
		assertThat(this.redis.command("KEYS *")).doesNotContain("Hello");
	}

	@Test
	void equalCallsAskRedisOnce() throws Exception {
		answerAndKeep();
		long before = gets();
		List<Caller> callers = java.util.stream.Stream.generate(() -> this.other.call("Hello")).limit(50).toList();
		await().until(() -> callers.stream().allMatch((caller) -> caller.completed));
		assertThat(callers).allSatisfy((caller) -> assertThat(caller.resultAtHead).isEqualTo(CacheResult.HIT));
		assertThat(gets() - before).isOne();
	}

	@Test
	void answerIsReadOnThreadsOfNeitherTheDriverNorTheCache() {
		answerAndKeep();
		Set<String> threads = ConcurrentHashMap.newKeySet();
		Caller caller = new Caller(Long.MAX_VALUE) {

			@Override
			void received(ReplyPart part) {
				threads.add(Thread.currentThread().getName());
			}

		};
		caller.read(this.other.stage.handle(FakeService.call("Hello"), this.service));
		await().until(() -> caller.completed);
		assertThat(caller.resultAtHead).isEqualTo(CacheResult.HIT);
		assertThat(threads).isNotEmpty()
			.allMatch((name) -> name.startsWith("parallel-") || name.equals(Thread.currentThread().getName()));
	}

	@Test
	void valueOfAnotherVersionIsAMiss() {
		String key = this.other.cache.key(SoundKind.AUDIO,
				(io.github.elevenspring.model.speech.SpeechRequest) FakeService.call("Hello").request());
		for (byte[] foreign : new byte[][] { {}, { 99 }, { 1, 2, 3 }, "a string".getBytes() }) {
			this.shared.put(key, foreign);
			int before = this.service.requests.size();
			Caller caller = this.other.call("Hello");
			await().until(() -> this.service.requests.size() > before);
			caller.cancel();
			assertThat(caller.result()).isEqualTo(CacheResult.MISS);
		}
	}

	@Test
	void callsGoOnWithoutARedisThatFreezes() {
		answer(this.one, "Hello");
		this.redis.freeze();
		try {
			long before = System.nanoTime();
			Caller caller = answer(this.other, "Hello");
			assertThat(Duration.ofNanos(System.nanoTime() - before)).isBetween(TIMEOUT, TIMEOUT.multipliedBy(8));
			assertThat(caller.resultAtHead).isEqualTo(CacheResult.UNAVAILABLE);
			before = System.nanoTime();
			answer(this.other, "Next");
			assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(TIMEOUT);
		}
		finally {
			this.redis.goOn();
		}
		isBack();
	}

	@Test
	void callsGoOnWithoutARedisThatIsGone() {
		answer(this.one, "Hello");
		this.redis.end();
		assertThat(answer(this.other, "Hello").resultAtHead).isEqualTo(CacheResult.UNAVAILABLE);
		assertThat(this.other.call("Hello").resultAtHead).isEqualTo(CacheResult.HIT);
		this.redis.start();
		isBack();
	}

	private void answerAndKeep() {
		answer(this.one, "Hello");
		await().until(() -> this.redis.command("DBSIZE").contains(":1"));
	}

	private void isBack() {
		await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
			String text = "Back at " + System.nanoTime();
			answer(this.one, text);
			Caller caller = this.other.call(text);
			await().atMost(Duration.ofSeconds(2))
				.until(() -> caller.result() != CacheResult.NONE || requested(text) > 1);
			caller.cancel();
			assertThat(caller.result()).isEqualTo(CacheResult.HIT);
		});
	}

	private long requested(String text) {
		return this.service.requests.stream().filter((request) -> request.call.equals(FakeService.call(text))).count();
	}

	private long gets() throws Exception {
		String stats = this.redis.command("INFO commandstats");
		String calls = stats.replaceAll("(?s).*cmdstat_get:calls=(\\d+).*", "$1");
		return calls.equals(stats) ? 0 : Long.parseLong(calls);
	}

	private Caller answer(Instance instance, String text) {
		int before = this.service.requests.size();
		Caller caller = instance.call(text);
		await().pollInterval(Duration.ofMillis(5))
			.until(() -> this.service.requests.size() > before && this.service.request(before).demand.get() > 0);
		this.service.request(before).sent().head().chunk(1, 2).chunk(3).complete();
		assertThat(caller.received()).containsExactly(1, 2, 3);
		assertThat(caller.completed).isTrue();
		return caller;
	}

	private final class Instance {

		private final ConcurrentMapCache map = new ConcurrentMapCache("near");

		private CacheTier tier;

		private SpeechCache cache;

		private CacheStage stage;

		void connect() {
			this.tier = CacheTier.of(RedisCacheTests.this.shared, TIMEOUT, Schedulers.parallel());
			this.cache = new SpeechCache(List.of(CacheTier.inMemory(this.map), this.tier), SETTINGS, () -> "scope",
					UnaryOperator.identity(), Clock.systemUTC());
			this.stage = new CacheStage(this.cache, Schedulers.parallel());
		}

		Caller call(String text) {
			return Caller.of(this.stage.handle(FakeService.call(text), RedisCacheTests.this.service));
		}

	}

}
