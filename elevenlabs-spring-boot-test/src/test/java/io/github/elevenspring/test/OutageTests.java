package io.github.elevenspring.test;

import java.time.Duration;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.resilience.CircuitBreakers;
import io.github.elevenspring.test.simulator.Fault;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ten thousand calls while nothing works, counted by the other end.
 */
@TestPropertySource(properties = { "elevenlabs.cache.enabled=false", "elevenlabs.limiter.enabled=false",
		"resilience4j.retry.instances.elevenlabs.wait-duration=10ms" })
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutageTests extends AbstractSimulatorTests {

	private static final int CALLS = 10_000;

	@Autowired
	private CircuitBreakerRegistry breakers;

	@Test
	@Order(1)
	void theBudgetAloneKeepsAttemptsAtATenthOverTheCalls() {
		this.breakers.circuitBreaker(CircuitBreakers.SPEECH).transitionToDisabledState();
		callAll();
		assertThat(this.simulator.statistics().requests()).isBetween((long) CALLS, CALLS * 11L / 10);
	}

	@Test
	@Order(2)
	void theBreakerLeavesAlmostNothingOfThem() {
		this.breakers.circuitBreaker(CircuitBreakers.SPEECH).reset();
		callAll();
		assertThat(this.simulator.statistics().requests()).isBetween(5L, 200L);
	}

	private void callAll() {
		this.simulator.faults().rate(1, Fault.unavailable());
		SpeechRequest request = request("Hi.");
		Long failed = Flux.range(0, CALLS)
			.flatMap((i) -> this.elevenLabs.speech()
				.stream(request)
				.then(Mono.<Integer>empty())
				.onErrorResume(ElevenLabsException.class, (error) -> Mono.just(i)), 100)
			.count()
			.block(Duration.ofMinutes(5));
		assertThat(failed).isEqualTo(CALLS);
	}

}
