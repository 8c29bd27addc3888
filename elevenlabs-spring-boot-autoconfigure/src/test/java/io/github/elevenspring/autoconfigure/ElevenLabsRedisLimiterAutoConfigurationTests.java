package io.github.elevenspring.autoconfigure;

import java.time.Duration;

import io.github.elevenspring.limiter.RedisConcurrencyLimiters;
import io.github.elevenspring.limiter.RedisLimiterSettings;
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

class ElevenLabsRedisLimiterAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class,
				DataRedisReactiveAutoConfiguration.class, ElevenLabsRedisLimiterAutoConfiguration.class));

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
	void backsOffWithoutSpringDataRedis() {
		this.runner.withPropertyValues("elevenlabs.limiter.distributed=redis")
			.withClassLoader(new FilteredClassLoader(ReactiveStringRedisTemplate.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RedisConcurrencyLimiters.class));
	}

	@Test
	void leavesOtherClientsThanLettuceAlone() {
		this.runner.withPropertyValues("elevenlabs.limiter.distributed=redis")
			.withClassLoader(new FilteredClassLoader(StatefulConnection.class.getPackageName(), "io.lettuce.core"))
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
