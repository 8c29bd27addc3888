package io.github.elevenspring.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.limiter.LimiterStage;
import io.github.elevenspring.resilience.OpenCircuitStage;
import io.github.elevenspring.resilience.CircuitBreakerStage;
import io.github.elevenspring.resilience.CircuitBreakers;
import io.github.elevenspring.resilience.QuotaGate;
import io.github.elevenspring.resilience.QuotaGateEvent;
import io.github.elevenspring.resilience.QuotaStage;
import io.github.elevenspring.resilience.RetryBudget;
import io.github.elevenspring.resilience.RetryRules;
import io.github.elevenspring.resilience.RetryStage;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.core.IntervalBiFunction;
import io.github.resilience4j.core.functions.Either;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.retry.RetryRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.retry.support.RetryTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How retry, breakers, quota gate and Spring Retry are wired, with all of Resilience4j,
 * with its core alone, and without it.
 */
class ElevenLabsResilienceAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, ElevenLabsClientAutoConfiguration.class,
				ElevenLabsAutoConfiguration.class, ElevenLabsLimiterAutoConfiguration.class,
				ElevenLabsRetryAutoConfiguration.class, ElevenLabsCircuitBreakerAutoConfiguration.class,
				ElevenLabsQuotaAutoConfiguration.class, ElevenLabsSpringRetryAutoConfiguration.class))
		.withPropertyValues("elevenlabs.api-key=k", "elevenlabs.base-url=http://127.0.0.1:1");

	/**
	 * A whole application, since only that lets the defaults into the environment.
	 */
	private static ConfigurableApplicationContext application(String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--elevenlabs.api-key=k", "--spring.main.banner-mode=off",
				"--elevenlabs.base-url=http://127.0.0.1:1", "--spring.main.web-application-type=none",
				"--management.simple.metrics.export.enabled=true"));
		for (String property : properties) {
			arguments.add("--" + property);
		}
		return new SpringApplicationBuilder(Application.class).run(arguments.toArray(String[]::new));
	}

	@Test
	void contributesDefaultsBeneathTheUsualKeys() {
		try (ConfigurableApplicationContext context = application()) {
			assertDefaults(context.getBean(RetryRegistry.class).retry("elevenlabs").getRetryConfig());
			for (String name : List.of("elevenlabs-speech", "elevenlabs-reads", "elevenlabs-exchange")) {
				assertThat(context.getBean(CircuitBreakerRegistry.class).find(name)).get()
					.satisfies((breaker) -> assertDefaults(breaker.getCircuitBreakerConfig()));
			}
			assertThat(context.getBean(RetryRules.class).maxAttempts()).isEqualTo(3);
		}
	}

	@Test
	void eachKeyOfAnInstanceIsTheUsers() {
		try (ConfigurableApplicationContext context = application(
				"resilience4j.retry.instances.elevenlabs.max-attempts=7",
				"resilience4j.circuitbreaker.instances.elevenlabs-speech.wait-duration-in-open-state=3s",
				"resilience4j.circuitbreaker.instances.elevenlabs-speech.sliding-window-size=9")) {
			RetryConfig retry = context.getBean(RetryRegistry.class).retry("elevenlabs").getRetryConfig();
			assertThat(retry.getMaxAttempts()).isEqualTo(7);
			assertThat(wait(retry, 2)).isEqualTo(1000);
			assertThat(context.getBean(RetryRules.class).maxAttempts()).isEqualTo(7);
			CircuitBreakerRegistry breakers = context.getBean(CircuitBreakerRegistry.class);
			CircuitBreakerConfig speech = breakers.circuitBreaker(CircuitBreakers.SPEECH).getCircuitBreakerConfig();
			assertThat(speech.getWaitIntervalFunctionInOpenState().apply(1)).isEqualTo(3000);
			assertThat(speech.getSlidingWindowSize()).isEqualTo(9);
			assertThat(speech.getFailureRateThreshold()).isEqualTo(100);
			assertDefaults(breakers.circuitBreaker(CircuitBreakers.READS).getCircuitBreakerConfig());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "wait-duration=2s", "enable-exponential-backoff=false", "exponential-backoff-multiplier=3",
			"enable-randomized-wait=true",
			"interval-bi-function=io.github.elevenspring.autoconfigure.ElevenLabsResilienceAutoConfigurationTests$Wait" })
	void theWaitCanBeSetInEachWay(String key) {
		try (ConfigurableApplicationContext context = application("resilience4j.retry.instances.elevenlabs." + key)) {
			RetryConfig retry = context.getBean(RetryRegistry.class).retry("elevenlabs").getRetryConfig();
			assertThat(wait(retry, 1) + "," + wait(retry, 2)).isNotEqualTo("500,1000");
			Duration longest = context.getBean(RetryRules.class)
				.waitAfter(1, new ElevenLabsApiException(ErrorKind.SERVER, "down",
						new ElevenLabsApiException.Details(500, null, null, null, null, 0)));
			assertThat(longest).isLessThanOrEqualTo(Duration.ofSeconds(2));
		}
	}

	@Test
	void breakersThatAreSwitchedOffAreNoInstances() {
		try (ConfigurableApplicationContext context = application("elevenlabs.circuit-breaker.enabled=false")) {
			assertThat(context.getBean(CircuitBreakerRegistry.class).getAllCircuitBreakers()).isEmpty();
		}
	}

	@Test
	void anInstanceCanHaveAnotherBase() {
		try (ConfigurableApplicationContext context = application("resilience4j.retry.configs.mine.max-attempts=2",
				"resilience4j.retry.instances.elevenlabs.base-config=mine")) {
			assertThat(context.getBean(RetryRegistry.class).retry("elevenlabs").getRetryConfig().getMaxAttempts())
				.isEqualTo(2);
		}
	}

	@Test
	void metricsAndHealthOfResilience4jSeeTheInstances() {
		try (ConfigurableApplicationContext context = application("management.health.circuitbreakers.enabled=true",
				"resilience4j.circuitbreaker.instances.elevenlabs-speech.register-health-indicator=true")) {
			MeterRegistry meters = context.getBean(MeterRegistry.class);
			assertThat(meters.find("resilience4j.retry.calls").tag("name", "elevenlabs").functionCounters())
				.isNotEmpty();
			assertThat(meters.find("resilience4j.circuitbreaker.state").tag("name", "elevenlabs-speech").gauges())
				.isNotEmpty();
			assertThat(meters.find("elevenlabs.circuit.breaker.state").gauges()).hasSize(3);
			assertThat(meters.find("elevenlabs.retries").functionCounters()).hasSize(5);
			assertThat(context.getBean(HealthContributorRegistry.class).getContributor("circuitBreakers")).isNotNull();
		}
	}

	@Test
	void coreOfResilience4jIsEnough() {
		this.runner.withClassLoader(new FilteredClassLoader("io.github.resilience4j.springboot")).run((context) -> {
			assertThat(context).hasSingleBean(RetryStage.class)
				.hasSingleBean(CircuitBreakerStage.class)
				.doesNotHaveBean(RetryRegistry.class);
			assertDefaults(context.getBean("elevenLabsRetry", Retry.class).getRetryConfig());
		});
	}

	@Test
	void ownDefaultsAreThoseOfTheProperties() {
		CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();
		this.runner.withBean(CircuitBreakerRegistry.class, () -> registry).run((context) -> {
			assertThat(context).hasSingleBean(CircuitBreakers.class);
			assertDefaults(registry.find("elevenlabs-exchange").map(CircuitBreaker::getCircuitBreakerConfig).get());
		});
	}

	@Test
	void backsOffWithoutResilience4j() {
		this.runner.withClassLoader(new FilteredClassLoader("io.github.resilience4j"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(RetryStage.class)
				.doesNotHaveBean(OpenCircuitStage.class)
				.doesNotHaveBean(CircuitBreakerStage.class)
				.hasSingleBean(QuotaGate.class)
				.hasBean("elevenLabsRetryTemplate"));
	}

	@Test
	void oneHalfOfResilience4jIsEnoughForItsPart() {
		this.runner.withClassLoader(new FilteredClassLoader("io.github.resilience4j.circuitbreaker"))
			.run((context) -> assertThat(context).hasSingleBean(RetryStage.class)
				.doesNotHaveBean(CircuitBreakerStage.class));
		this.runner.withClassLoader(new FilteredClassLoader("io.github.resilience4j.retry"))
			.run((context) -> assertThat(context).hasSingleBean(CircuitBreakerStage.class)
				.doesNotHaveBean(RetryStage.class));
	}

	@Test
	void backsOffWithoutSpringRetry() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.retry"))
			.run((context) -> assertThat(context).hasSingleBean(RetryStage.class)
				.doesNotHaveBean("elevenLabsRetryTemplate")
				.doesNotHaveBean("elevenLabsRetryInterceptor"));
	}

	@Test
	void eachPartCanBeSwitchedOff() {
		this.runner.withPropertyValues("elevenlabs.retry.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(RetryStage.class)
				.hasSingleBean(CircuitBreakerStage.class)
				.hasBean("elevenLabsRetryTemplate"));
		this.runner.withPropertyValues("elevenlabs.circuit-breaker.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(CircuitBreakerStage.class)
				.doesNotHaveBean(OpenCircuitStage.class)
				.hasSingleBean(RetryStage.class));
		this.runner.withPropertyValues("elevenlabs.quota.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(QuotaStage.class)
				.doesNotHaveBean(QuotaGate.class)
				.hasSingleBean(RetryStage.class));
	}

	@Test
	void stagesStandInTheOrderOfTheDesign() {
		this.runner.run((context) -> assertThat(context.getBeanProvider(CallStage.class).orderedStream())
			.extracting((stage) -> (Object) stage.getClass())
			.containsSubsequence(RetryStage.class, OpenCircuitStage.class, QuotaStage.class, LimiterStage.class,
					QuotaStage.class, CircuitBreakerStage.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "elevenlabs.retry.budget.capacity=-1", "elevenlabs.retry.budget.deposit=2",
			"elevenlabs.quota.probe-interval=0s" })
	void refusesAValueThatCannotBeMeant(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageStartingWith(property.substring(0, property.indexOf('=')) + " must"));
	}

	@Test
	void takesBudgetAndRules() {
		this.runner.withPropertyValues("elevenlabs.retry.budget.capacity=7", "elevenlabs.retry.retry-timeouts=true")
			.run((context) -> {
				assertThat(context.getBean(RetryBudget.class).tokens()).isEqualTo(7);
				assertThat(context.getBean(RetryRules.class)
					.isRetryable(new ElevenLabsApiException(ErrorKind.TIMEOUT, "late",
							new ElevenLabsApiException.Details(408, null, null, null, null, 0))))
					.isTrue();
			});
	}

	@Test
	void springRetryBeansAreNotCandidatesForInjectionByType() {
		this.runner.withUserConfiguration(InjectionPoint.class)
			.run((context) -> assertThat(context.getBean("injected")).isEqualTo(List.of()));
	}

	@Test
	void theInterceptorRepeatsByTheRules() {
		this.runner.withBean(RetryRules.class, () -> new RetryRules(4, (attempt, error) -> Duration.ZERO, false))
			.run((context) -> {
				AtomicInteger attempts = new AtomicInteger();
				ProxyFactory proxy = new ProxyFactory(Runnable.class,
						context.getBean("elevenLabsRetryInterceptor", MethodInterceptor.class));
				proxy.setTarget((Runnable) () -> {
					attempts.incrementAndGet();
					throw new ElevenLabsApiException(ErrorKind.SERVER, "down",
							new ElevenLabsApiException.Details(500, null, null, null, null, 0));
				});
				assertThatExceptionOfType(ElevenLabsApiException.class)
					.isThrownBy(() -> ((Runnable) proxy.getProxy()).run());
				assertThat(attempts).hasValue(4);
			});
	}

	@Test
	void theGateTellsListenersOfTheApplication() {
		this.runner.withUserConfiguration(Listener.class).run((context) -> {
			context.getBean(QuotaGate.class).forceOpen();
			context.getBean(QuotaGate.class).reset();
			assertThat(context.getBean(Listener.class).events).extracting(QuotaGateEvent::open)
				.containsExactly(true, false);
		});
	}

	private static void assertDefaults(RetryConfig config) {
		assertThat(config.getMaxAttempts()).isEqualTo(3);
		assertThat(wait(config, 1)).isEqualTo(500);
		assertThat(wait(config, 2)).isEqualTo(1000);
		assertThat(wait(config, 20)).isEqualTo(10_000);
		assertThat(config.getExceptionPredicate().test(new IllegalStateException("not ours"))).isFalse();
	}

	private static void assertDefaults(CircuitBreakerConfig config) {
		assertThat(config.getSlidingWindowType()).isEqualTo(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED);
		assertThat(config.getSlidingWindowSize()).isEqualTo(5);
		assertThat(config.getMinimumNumberOfCalls()).isEqualTo(5);
		assertThat(config.getFailureRateThreshold()).isEqualTo(100);
		assertThat(config.getWaitIntervalFunctionInOpenState().apply(1)).isEqualTo(60_000);
		assertThat(config.getPermittedNumberOfCallsInHalfOpenState()).isEqualTo(3);
		assertThat(config.getRecordExceptionPredicate().test(new IllegalStateException("not ours"))).isFalse();
		assertThat(config.getIgnoreExceptionPredicate().test(new IllegalStateException("not ours"))).isTrue();
	}

	private static long wait(RetryConfig config, int attempt) {
		return config.getIntervalBiFunction().apply(attempt, Either.left(new IllegalStateException()));
	}

	/**
	 * A wait of the user's own.
	 */
	public static final class Wait implements IntervalBiFunction<Object> {

		@Override
		public Long apply(Integer attempt, Either<Throwable, Object> result) {
			return 1234L;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		MeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class InjectionPoint {

		@Bean
		List<Object> injected(ObjectProvider<RetryTemplate> template, ObjectProvider<MethodInterceptor> interceptor) {
			return Stream.concat(template.stream(), interceptor.stream()).map(Object.class::cast).toList();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Listener {

		final List<QuotaGateEvent> events = new ArrayList<>();

		@EventListener
		void on(QuotaGateEvent event) {
			this.events.add(event);
		}

	}

}
