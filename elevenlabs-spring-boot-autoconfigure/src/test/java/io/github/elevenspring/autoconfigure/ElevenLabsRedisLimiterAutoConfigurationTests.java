package io.github.elevenspring.autoconfigure;

import java.io.IOException;
import java.time.Duration;

import io.github.elevenspring.TestRedis;
import io.github.elevenspring.limiter.ConcurrencyGroup;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.RedisConcurrencyLimiters;
import io.github.elevenspring.limiter.RedisLimiterSettings;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.lettuce.core.api.StatefulConnection;
import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

class ElevenLabsRedisLimiterAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(DataRedisAutoConfiguration.class, DataRedisReactiveAutoConfiguration.class,
						ElevenLabsRedisLimiterAutoConfiguration.class, ElevenLabsLimiterAutoConfiguration.class))
		.withBean(ModelCatalog.class, () -> mock(ModelCatalog.class));

	@Test
	void sharesNothingUnlessAskedTo() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(RedisConcurrencyLimiters.class)
			.doesNotHaveBean(ClientResourcesBuilderCustomizer.class));
	}

	@Test
	void sharesThroughRedisAndReconnectsSoon() {
		this.runner.withPropertyValues("elevenlabs.limiter.distributed=redis")
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(RedisConcurrencyLimiters.class)
				.hasSingleBean(ClientResourcesBuilderCustomizer.class));
	}

	@Test
	void hasTheDefaultsOfTheLibrary() {
		this.runner.withPropertyValues("elevenlabs.limiter.distributed=redis")
			.run((context) -> assertThat(context.getBean(ElevenLabsRedisLimiterProperties.class).toSettings())
				.isEqualTo(RedisLimiterSettings.defaults()));
	}

	@Test
	void readsItsProperties() {
		this.runner
			.withPropertyValues("elevenlabs.limiter.distributed=redis", "elevenlabs.limiter.redis.key-prefix=account-b",
					"elevenlabs.limiter.redis.lease=20s", "elevenlabs.limiter.redis.command-timeout=80ms",
					"elevenlabs.limiter.redis.expected-instances=4")
			.run((context) -> assertThat(context.getBean(ElevenLabsRedisLimiterProperties.class).toSettings())
				.isEqualTo(new RedisLimiterSettings("account-b", Duration.ofSeconds(20), Duration.ofMillis(80), 4)));
	}

	@Test
	void scriptIsInANativeImage() {
		RuntimeHints hints = new RuntimeHints();
		new ElevenLabsRedisLimiterAutoConfiguration.ScriptHints().registerHints(hints, null);
		assertThat(RuntimeHintsPredicates.resource().forResource("io/github/elevenspring/limiter/limiter.lua"))
			.accepts(hints);
		assertThat(RedisConcurrencyLimiters.class.getResource("limiter.lua")).isNotNull();
	}

	@Test
	void saysWhichPropertyCannotBeMeant() {
		this.runner
			.withPropertyValues("elevenlabs.limiter.distributed=redis", "elevenlabs.limiter.redis.expected-instances=0")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("expectedInstances"));
	}

	@Test
	void doesNotStartWithoutSpringDataRedis() {
		this.runner.withPropertyValues("elevenlabs.limiter.distributed=redis")
			.withClassLoader(new FilteredClassLoader(ReactiveStringRedisTemplate.class))
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("elevenlabs.limiter.distributed")
				.hasMessageContaining("spring-boot-starter-data-redis-reactive"));
	}

	@Test
	void doesNotStartWithoutATemplate() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(ElevenLabsRedisLimiterAutoConfiguration.class,
					ElevenLabsLimiterAutoConfiguration.class))
			.withBean(ModelCatalog.class, () -> mock(ModelCatalog.class))
			.withPropertyValues("elevenlabs.limiter.distributed=redis")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("ReactiveStringRedisTemplate"));
	}

	@Test
	void startsNothingWhereTheLimiterIsSwitchedOff() {
		this.runner.withPropertyValues("elevenlabs.limiter.distributed=redis", "elevenlabs.limiter.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(RedisConcurrencyLimiters.class)
				.doesNotHaveBean(ConcurrencyLimits.class));
	}

	@Test
	void sharesInPlaceOfLimitsOfItsOwnAndGivesBackWhatItHasBeforeRedisIsOutOfReach() throws IOException {
		try (TestRedis redis = new TestRedis()) {
			this.runner
				.withPropertyValues("elevenlabs.limiter.distributed=redis",
						"elevenlabs.limiter.redis.key-prefix=context", "spring.data.redis.host=127.0.0.1",
						"spring.data.redis.port=" + redis.port)
				.run((context) -> {
					assertThat(context).hasSingleBean(ConcurrencyLimits.class);
					RedisConcurrencyLimiters limiters = context.getBean(RedisConcurrencyLimiters.class);
					await().atMost(Duration.ofSeconds(30)).until(limiters::isShared);
					assertThat(redis.command("ZCARD {context}:STANDARD:instances")).isEqualTo(":1\r\n");
					context.getSourceApplicationContext().stop();
					assertThat(redis.command("ZCARD {context}:STANDARD:instances")).isEqualTo(":0\r\n");
					context.getSourceApplicationContext().start();
					await().atMost(Duration.ofSeconds(30)).until(limiters::isShared);
					assertThat(redis.command("ZCARD {context}:STANDARD:instances")).isEqualTo(":1\r\n");
				});
			for (ConcurrencyGroup group : ConcurrencyGroup.values()) {
				assertThat(redis.command("ZCARD {context}:" + group + ":instances")).isEqualTo(":0\r\n");
			}
		}
	}

	@Test
	void leavesOtherClientsThanLettuceAlone() {
		this.runner.withPropertyValues("elevenlabs.limiter.distributed=redis")
			.withClassLoader(new FilteredClassLoader(StatefulConnection.class.getPackageName(), "io.lettuce.core"))
			.withBean(ReactiveStringRedisTemplate.class, () -> mock(ReactiveStringRedisTemplate.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(ClientResourcesBuilderCustomizer.class));
	}

	@Test
	void backsOffWhenUserDefinesTheLimiters() {
		this.runner.withPropertyValues("elevenlabs.limiter.distributed=redis")
			.withBean("own", RedisConcurrencyLimiters.class,
					() -> new RedisConcurrencyLimiters(
							new ReactiveStringRedisTemplate(
									new org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory()),
							RedisLimiterSettings.defaults(), reactor.core.scheduler.Schedulers.parallel()))
			.run((context) -> assertThat(context).hasSingleBean(RedisConcurrencyLimiters.class).hasBean("own"));
	}

}
