package io.github.elevenspring.autoconfigure;

import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.client.ElevenLabsClient;
import io.github.elevenspring.resilience.CircuitBreakerMetrics;
import io.github.elevenspring.resilience.CircuitBreakerStage;
import io.github.elevenspring.resilience.CircuitBreakers;
import io.github.elevenspring.resilience.IgnoredErrors;
import io.github.elevenspring.resilience.OpenCircuitStage;
import io.github.elevenspring.resilience.VendorFaults;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import reactor.core.scheduler.Schedulers;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.annotation.RegisterReflection;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the circuit breakers, by instances of the application's
 * Resilience4j registry, or of one of our own if there is none.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = ElevenLabsAutoConfiguration.class, before = ElevenLabsRetryAutoConfiguration.class)
@ConditionalOnClass(CircuitBreaker.class)
@ConditionalOnBean(ElevenLabsClient.class)
@ConditionalOnBooleanProperty(name = "elevenlabs.circuit-breaker.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ElevenLabsCircuitBreakerProperties.class)
@RegisterReflection(classes = { VendorFaults.class, IgnoredErrors.class },
		memberCategories = MemberCategory.INVOKE_PUBLIC_CONSTRUCTORS)
public final class ElevenLabsCircuitBreakerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CircuitBreakers elevenLabsCircuitBreakers(ObjectProvider<CircuitBreakerRegistry> registry) {
		CircuitBreakerRegistry breakers = registry.getIfAvailable(CircuitBreakerRegistry::ofDefaults);
		return new CircuitBreakers(
				(name) -> breakers.circuitBreaker(name, ElevenLabsCircuitBreakerAutoConfiguration::defaults),
				Schedulers.parallel());
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(CallPipeline.ORDER_OF_OPEN_CIRCUIT)
	OpenCircuitStage elevenLabsOpenCircuitStage(CircuitBreakers breakers) {
		return new OpenCircuitStage(breakers);
	}

	@Bean
	@ConditionalOnMissingBean
	@Order(CallPipeline.ORDER_OF_CIRCUIT_BREAKER)
	CircuitBreakerStage elevenLabsCircuitBreakerStage(CircuitBreakers breakers) {
		return new CircuitBreakerStage(breakers);
	}

	@Bean
	@ConditionalOnMissingBean
	CircuitBreakerMetrics elevenLabsCircuitBreakerMetrics(CircuitBreakers breakers) {
		return new CircuitBreakerMetrics(breakers);
	}

	private static CircuitBreakerConfig defaults() {
		return CircuitBreakerConfig.custom()
			.slidingWindowType(SlidingWindowType.COUNT_BASED)
			.slidingWindowSize(ResilienceDefaults.FAILURES)
			.minimumNumberOfCalls(ResilienceDefaults.FAILURES)
			.failureRateThreshold(100)
			.waitDurationInOpenState(ResilienceDefaults.OPEN_FOR)
			.permittedNumberOfCallsInHalfOpenState(ResilienceDefaults.PROBES)
			.recordException(new VendorFaults())
			.ignoreException(new IgnoredErrors())
			.build();
	}

}
