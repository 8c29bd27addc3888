package io.github.elevenspring.resilience;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * The gauge {@code elevenlabs.circuit.breaker.state}: 0 while a breaker is closed, 1
 * while it is half open, 2 while it is open.
 *
 * @since 0.1.0
 */
public final class CircuitBreakerMetrics implements MeterBinder {

	private final CircuitBreakers breakers;

	/**
	 * Create a binder.
	 * @param breakers the breakers to watch
	 */
	public CircuitBreakerMetrics(CircuitBreakers breakers) {
		this.breakers = breakers;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		for (CircuitBreaker breaker : this.breakers.all()) {
			Gauge.builder("elevenlabs.circuit.breaker.state", breaker, CircuitBreakerMetrics::state)
				.description("0 closed, 1 half open, 2 open")
				.tag("name", breaker.getName())
				.register(registry);
		}
	}

	private static double state(CircuitBreaker breaker) {
		return switch (breaker.getState()) {
			case CLOSED, DISABLED, METRICS_ONLY -> 0;
			case HALF_OPEN -> 1;
			case OPEN, FORCED_OPEN -> 2;
		};
	}

}
