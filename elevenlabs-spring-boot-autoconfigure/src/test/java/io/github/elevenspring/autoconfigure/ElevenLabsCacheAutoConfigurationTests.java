package io.github.elevenspring.autoconfigure;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Policy.FixedExpiration;
import io.github.elevenspring.TestRedis;
import io.github.elevenspring.cache.CacheMetrics;
import io.github.elevenspring.cache.CacheSettings;
import io.github.elevenspring.cache.CacheStage;
import io.github.elevenspring.cache.CacheTier;
import io.github.elevenspring.cache.SpeechCache;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.deadline.DeadlineStage;
import io.github.elevenspring.limiter.LimiterStage;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.template.ElevenLabsOperations;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.cache.autoconfigure.CacheAutoConfiguration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.caffeine.CaffeineCache;
import org.springframework.cache.caffeine.CaffeineCacheManager;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.cache.RedisCache;
import org.springframework.data.redis.cache.RedisCacheManager;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.Mockito.mock;

@ExtendWith(OutputCaptureExtension.class)
class ElevenLabsCacheAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(WebClientAutoConfiguration.class,
				ElevenLabsClientAutoConfiguration.class, ElevenLabsAutoConfiguration.class,
				ElevenLabsLimiterAutoConfiguration.class, ElevenLabsCacheAutoConfiguration.class,
				ElevenLabsCaffeineCacheAutoConfiguration.class, ElevenLabsCacheManagerAutoConfiguration.class,
				ElevenLabsCacheSwitchedOffAutoConfiguration.class, ElevenLabsRedisCacheAutoConfiguration.class,
				CacheAutoConfiguration.class, DataRedisAutoConfiguration.class));

	@Test
	void keepsNothingWhereItIsSwitchedOff(CapturedOutput output) {
		this.runner.withPropertyValues("elevenlabs.cache.enabled=false", "elevenlabs.cache.cache-manager=none")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CacheStage.class)
				.doesNotHaveBean(CacheTier.class));
		assertThat(output).doesNotContain("elevenlabs.cache");
	}

	@Test
	void saysOnceWhatHasNoEffectWhereItIsSwitchedOff(CapturedOutput output) {
		this.runner
			.withPropertyValues("elevenlabs.cache.enabled=false", "elevenlabs.cache.redis.enabled=true",
					"elevenlabs.cache.warm-up[0].text=Hello", "elevenlabs.fallback.chain=stale-cache")
			.withBean(ElevenLabsOperations.class, () -> mock(ElevenLabsOperations.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CacheTier.class)
				.doesNotHaveBean(CacheWarmUp.class));
		assertThat(output.getOut().lines().filter((line) -> line.contains("elevenlabs.cache"))).singleElement()
			.asString()
			.contains("WARN")
			.endsWith("elevenlabs.cache.enabled=false switches the whole cache off. This has no effect: "
					+ "elevenlabs.cache.redis.enabled, elevenlabs.cache.warm-up,"
					+ " 'stale-cache' in elevenlabs.fallback.chain");
	}

	@Test
	void keepsAnswersInMemory() {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed()
				.hasSingleBean(CacheStage.class)
				.hasSingleBean(SpeechCache.class)
				.hasSingleBean(CacheTier.class)
				.hasSingleBean(CacheMetrics.class);
			List<CallStage> stages = context.getBeanProvider(CallStage.class).orderedStream().toList();
			assertThat(stages).extracting((stage) -> (Object) stage.getClass())
				.containsSubsequence(DeadlineStage.class, CacheStage.class, LimiterStage.class);
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			                                                                        | P1D
			elevenlabs.fallback.chain=model                                         | P1D
			elevenlabs.fallback.chain=model,stale-cache                             | P7D
			elevenlabs.cache.stale-ttl=1d                                           | P2D
			elevenlabs.cache.stale-ttl=2d, elevenlabs.fallback.chain[0]=stale-cache | P3D
			""")
	void keepsOldAnswersOnlyForThoseWhoTakeThem(String properties, Duration lifetime) {
		this.runner.withPropertyValues("elevenlabs.cache.redis.enabled=true", "elevenlabs.fallback.model-id=m")
			.withPropertyValues(StringUtils.delimitedListToStringArray(properties, ", "))
			.run((context) -> {
				Object near = ReflectionTestUtils.getField(context.getBean("elevenLabsNearCacheTier"), "cache");
				assertThat(((CaffeineCache) near).getNativeCache().policy().expireAfterWrite().orElseThrow())
					.returns(lifetime, FixedExpiration::getExpiresAfter);
				Object far = ReflectionTestUtils.getField(context.getBean("elevenLabsRedisCacheTier"), "cache");
				assertThat(((RedisCache) far).getCacheConfiguration().getTtlFunction().getTimeToLive("key", "value"))
					.isEqualTo(lifetime);
				assertThat(context.getBean(SpeechCache.class)).extracting("settings.lifetime").isEqualTo(lifetime);
			});
	}

	@Test
	void keepsAnswersOfUpToFourMegabytesForADay() {
		this.runner.run((context) -> assertThat(context.getBean(SpeechCache.class)).extracting("settings")
			.isEqualTo(new CacheSettings(Duration.ofDays(1), Duration.ZERO, 4 * 1024 * 1024)));
	}

	@Test
	void takesNoMoreThanAQuarterOfASmallHeapUnlessToldTo() {
		this.runner.run((context) -> {
			ElevenLabsCacheProperties properties = context.getBean(ElevenLabsCacheProperties.class);
			assertThat(properties.maxBytes(DataSize.ofGigabytes(8).toBytes()))
				.isEqualTo(DataSize.ofMegabytes(64).toBytes());
			assertThat(properties.maxBytes(DataSize.ofMegabytes(96).toBytes()))
				.isEqualTo(DataSize.ofMegabytes(24).toBytes());
		});
		this.runner.withPropertyValues("elevenlabs.cache.max-size=1GB")
			.run((context) -> assertThat(
					context.getBean(ElevenLabsCacheProperties.class).maxBytes(DataSize.ofMegabytes(96).toBytes()))
				.isEqualTo(DataSize.ofGigabytes(1).toBytes()));
	}

	@Test
	void readsItsProperties() {
		this.runner
			.withPropertyValues("elevenlabs.cache.max-size=1MB", "elevenlabs.cache.max-entry-size=10KB",
					"elevenlabs.cache.ttl=5m", "elevenlabs.cache.stale-ttl=0", "elevenlabs.cache.timeout=10ms",
					"elevenlabs.cache.redis.key-prefix=app:", "elevenlabs.cache.warm-up[0].text=Hello",
					"elevenlabs.cache.warm-up[0].voice-id=v", "elevenlabs.cache.warm-up[0].output-format=pcm_24000")
			.run((context) -> {
				ElevenLabsCacheProperties properties = context.getBean(ElevenLabsCacheProperties.class);
				assertThat(properties.toSettings(context.getBean(ElevenLabsFallbackProperties.class)))
					.isEqualTo(new CacheSettings(Duration.ofMinutes(5), Duration.ZERO, 10 * 1024));
				assertThat(properties.maxSize()).isEqualTo(DataSize.ofMegabytes(1));
				assertThat(properties.timeout()).isEqualTo(Duration.ofMillis(10));
				assertThat(properties.redis().keyPrefix()).isEqualTo("app:");
				assertThat(properties.warmUp())
					.containsExactly(new ElevenLabsCacheProperties.Phrase("Hello", "v", null, OutputFormat.PCM_24000));
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "max-size=0", "max-entry-size=0", "ttl=0", "stale-ttl=-1s", "timeout=0",
			"warm-up[0].voice-id=v" })
	void saysWhichPropertyCannotBeMeant(String property) {
		String name = property.replaceAll("[\\[=].*", "");
		this.runner.withPropertyValues("elevenlabs.cache." + property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.message()
				.contains("'elevenlabs.cache." + name));
	}

	@Test
	void refusesAnAnswerThatIsLargerThanAllThatIsKept() {
		this.runner.withPropertyValues("elevenlabs.cache.max-size=1MB", "elevenlabs.cache.max-entry-size=2MB")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessage("'elevenlabs.cache.max-entry-size' must not be larger than 'elevenlabs.cache.max-size'"));
		this.runner.withPropertyValues("elevenlabs.cache.max-size=1MB", "elevenlabs.cache.max-entry-size=1MB")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@CsvSource({ "1MB, 1", "64MB, 4" })
	void aSmallCacheKeepsSmallAnswers(String maxSize, int megabytes) {
		this.runner.withPropertyValues("elevenlabs.cache.max-size=" + maxSize)
			.run((context) -> assertThat(context.getBean(ElevenLabsCacheProperties.class)
				.toSettings(context.getBean(ElevenLabsFallbackProperties.class))
				.maxEntrySize()).isEqualTo(DataSize.ofMegabytes(megabytes).toBytes()));
	}

	@Test
	void leavesTheCachesOfTheApplicationAlone() {
		this.runner.withUserConfiguration(Caching.class)
			.withPropertyValues("spring.cache.type=caffeine")
			.run((context) -> {
				assertThat(context).hasSingleBean(CaffeineCacheManager.class).hasSingleBean(CacheManager.class);
				assertThat(context.getBean(CacheManager.class).getCacheNames()).isEmpty();
				assertThat(context).doesNotHaveBean(Cache.class).doesNotHaveBean(Caffeine.class);
			});
		this.runner.withUserConfiguration(Caching.class)
			.withPropertyValues("spring.cache.cache-names=books", "spring.cache.type=redis",
					"elevenlabs.cache.redis.enabled=true")
			.run((context) -> {
				assertThat(context).hasSingleBean(RedisCacheManager.class).hasSingleBean(CacheManager.class);
				assertThat(context.getBean(CacheManager.class).getCacheNames()).containsExactly("books");
			});
	}

	@Test
	void usesACacheOfTheApplication() {
		ConcurrentMapCacheManager manager = new ConcurrentMapCacheManager();
		this.runner.withBean("speechCaches", CacheManager.class, () -> manager)
			.withPropertyValues("elevenlabs.cache.cache-manager=speechCaches")
			.run((context) -> {
				assertThat(context).hasNotFailed().hasSingleBean(CacheTier.class).hasSingleBean(CacheStage.class);
				assertThat(manager.getCacheNames()).containsExactly("elevenlabs-speech");
			});
	}

	@Test
	void saysWhatACacheOfTheApplicationLacks() {
		this.runner.withBean("speechCaches", CacheManager.class, () -> new ConcurrentMapCacheManager("others"))
			.withPropertyValues("elevenlabs.cache.cache-manager=speechCaches")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("elevenlabs.cache.cache-manager")
				.hasMessageContaining("speechCaches")
				.hasMessageContaining("It has no cache named 'elevenlabs-speech'"));
	}

	@Test
	void saysThatACacheManagerIsMissing() {
		for (String name : List.of("speechCaches", "other")) {
			this.runner.withBean("speechCaches", String.class, () -> "not a cache manager")
				.withPropertyValues("elevenlabs.cache.cache-manager=" + name)
				.run((context) -> assertThat(context).getFailure()
					.rootCause()
					.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (failure) -> {
						assertThat(failure.getName()).isEqualTo("elevenlabs.cache.cache-manager");
						assertThat(failure.getValue()).isEqualTo(name);
						assertThat(failure.getReason()).isEqualTo("There is no CacheManager bean of that name");
					}));
		}
	}

	@Test
	void addsASecondTierInRedis() {
		this.runner.withPropertyValues("elevenlabs.cache.redis.enabled=true")
			.run((context) -> assertThat(context.getBeanProvider(CacheTier.class).orderedStream().toList()).hasSize(2)
				.first()
				.isSameAs(context.getBean("elevenLabsNearCacheTier")));
	}

	@Test
	void clearsItsOwnKeysInRedisWithoutHoldingUpAllOthers() throws IOException {
		try (TestRedis redis = new TestRedis()) {
			redis.command("SET other 1");
			redis.command("SET elevenlabs:elevenlabs-speech::key 1");
			this.runner
				.withPropertyValues("elevenlabs.cache.redis.enabled=true", "spring.data.redis.host=127.0.0.1",
						"spring.data.redis.port=" + redis.port)
				.run((context) -> context.getBean(SpeechCache.class).clear().block(Duration.ofSeconds(10)));
			assertThat(redis.command("DBSIZE")).isEqualTo(":1\r\n");
			assertThat(redis.command("INFO commandstats")).contains("cmdstat_scan").doesNotContain("cmdstat_keys");
		}
	}

	@Test
	void noticesThatRedisDoesNotTakeAnAnswer() throws IOException {
		try (TestRedis redis = new TestRedis("--maxmemory", "1")) {
			this.runner
				.withPropertyValues("elevenlabs.cache.redis.enabled=true", "spring.data.redis.host=127.0.0.1",
						"spring.data.redis.port=" + redis.port)
				.run((context) -> {
					Cache far = (Cache) ReflectionTestUtils.getField(context.getBean("elevenLabsRedisCacheTier"),
							"cache");
					assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> far.put("key", new byte[1]))
						.havingRootCause()
						.withMessageContaining("OOM");
				});
		}
	}

	@Test
	void needsNeitherRedisNorCaffeine() {
		this.runner
			.withClassLoader(new FilteredClassLoader("org.springframework.data.redis", "com.github.benmanes.caffeine"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(CacheStage.class)
				.doesNotHaveBean(CacheTier.class));
	}

	@Test
	void doesNotPayForPhrasesThatNobodyKeeps() {
		this.runner.withBean(ElevenLabsOperations.class, () -> mock(ElevenLabsOperations.class))
			.withPropertyValues("elevenlabs.cache.warm-up[0].text=Hello")
			.withClassLoader(new FilteredClassLoader("com.github.benmanes.caffeine"))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (failure) -> {
					assertThat(failure.getName()).isEqualTo("elevenlabs.cache.warm-up[0].text");
					assertThat(failure.getValue()).isEqualTo("Hello");
					assertThat(failure.getReason())
						.startsWith("What is spoken ahead needs a cache that keeps answers: add Caffeine");
				}));
	}

	@Test
	void doesNotStartWithoutTheRedisThatWasAskedFor() {
		ApplicationContextRunner withRedis = this.runner.withPropertyValues("elevenlabs.cache.redis.enabled=true");
		withRedis.withClassLoader(new FilteredClassLoader("org.springframework.data.redis"))
			.run((context) -> assertThatRedisIsMissing(context.getStartupFailure()));
		withRedis.withClassLoader(new FilteredClassLoader(RedisOperations.class))
			.run((context) -> assertThatRedisIsMissing(context.getStartupFailure()));
	}

	private static void assertThatRedisIsMissing(Throwable failure) {
		assertThat(failure).rootCause()
			.hasMessageContaining("elevenlabs.cache.redis.enabled")
			.hasMessageContaining("needs a RedisConnectionFactory: add spring-boot-starter-data-redis-reactive");
	}

	@Test
	void takesASecondTierOfTheApplicationWithoutRedis() {
		this.runner.withPropertyValues("elevenlabs.cache.redis.enabled=true")
			.withClassLoader(new FilteredClassLoader("org.springframework.data.redis"))
			.withBean("elevenLabsRedisCacheTier", CacheTier.class,
					() -> CacheTier.inMemory(new ConcurrentMapCacheManager().getCache("own")))
			.run((context) -> assertThat(context).hasNotFailed().getBeans(CacheTier.class).hasSize(2));
	}

	@Test
	void backsOffWhereTheApplicationBringsItsOwn() {
		this.runner
			.withBean("elevenLabsNearCacheTier", CacheTier.class,
					() -> CacheTier.inMemory(new ConcurrentMapCacheManager().getCache("own")))
			.run((context) -> assertThat(context).hasSingleBean(CacheTier.class));
		SpeechCache own = new SpeechCache(List.of(), new CacheSettings(Duration.ofDays(1), Duration.ZERO, 1), () -> "",
				(request) -> request, java.time.Clock.systemUTC());
		this.runner.withBean("own", SpeechCache.class, () -> own)
			.run((context) -> assertThat(context.getBean(SpeechCache.class)).isSameAs(own));
	}

	@Test
	void showsTheCacheToMicrometer() {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		this.runner.withBean(SimpleMeterRegistry.class, () -> meters)
			.run((context) -> assertThat(meters.get("cache.size").tag("cache", "elevenlabs-speech").gauge().value())
				.isZero());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableCaching
	static class Caching {

	}

}
