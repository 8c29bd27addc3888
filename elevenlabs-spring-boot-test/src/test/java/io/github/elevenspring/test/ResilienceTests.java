package io.github.elevenspring.test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.voice.VoiceQuery;
import io.github.elevenspring.resilience.CircuitBreakers;
import io.github.elevenspring.resilience.QuotaGate;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.Pace;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Retry, circuit breaker and quota gate over real HTTP, where the other end counts the
 * attempts.
 */
@TestPropertySource(
		properties = { "elevenlabs.plan=creator", "elevenlabs.cache.enabled=false", "elevenlabs.timeout.first-byte=5s",
				"elevenlabs.quota.probe-interval=100ms", "resilience4j.retry.instances.elevenlabs.wait-duration=20ms",
				"resilience4j.circuitbreaker.instances.elevenlabs-speech.wait-duration-in-open-state=2s" })
class ResilienceTests extends AbstractSimulatorTests {

	@Autowired
	private CircuitBreakerRegistry breakers;

	@Autowired
	private QuotaGate gate;

	private SpeechRequest request;

	@BeforeEach
	void begin() {
		this.request = request("Hi.");
		this.breakers.getAllCircuitBreakers().forEach(CircuitBreaker::reset);
		this.gate.reset();
	}

	static List<Fault> passing() {
		return List.of(Fault.rateLimited(null), Fault.systemBusy(null), Fault.internalError(), Fault.unavailable());
	}

	@ParameterizedTest
	@MethodSource("passing")
	void repeatsWhatPasses(Fault fault) {
		this.simulator.faults().next("/text-to-speech", fault, 2);
		Speech speech = this.elevenLabs.speech().convert(this.request).block(LONG_ENOUGH);
		assertThat(speech.audio()).isNotEmpty();
		assertThat(requests()).isEqualTo(3);
	}

	static List<Fault> perhapsBilled() {
		return List.of(Fault.reset(), Fault.disconnect(), Fault.silence(), Fault.emptyAudio(),
				Fault.jsonInsteadOfAudio(), Fault.status(504), Fault.badGateway());
	}

	@ParameterizedTest
	@MethodSource("perhapsBilled")
	void neverPaysTwiceForSpeech(Fault fault) {
		this.simulator.faults().next("/text-to-speech", fault, 1);
		StepVerifier.create(this.elevenLabs.speech().convert(this.request))
			.expectError(ElevenLabsException.class)
			.verify(LONG_ENOUGH);
		assertThat(requests()).isEqualTo(1);
	}

	@ParameterizedTest
	@MethodSource("perhapsBilled")
	void readsAgainWhatCostsNothing(Fault fault) {
		this.simulator.faults().next("/v2/voices", fault, 1);
		assertThat(this.elevenLabs.voices().list(VoiceQuery.all()).collectList().block(LONG_ENOUGH)).isNotEmpty();
	}

	@Test
	void deliversNothingTwiceWhenAReplyBreaksOff() {
		this.simulator.faults().next("/text-to-speech", Fault.resetAfter(2000), 1);
		AtomicInteger received = new AtomicInteger();
		StepVerifier
			.create(this.elevenLabs.speech()
				.stream(this.request)
				.doOnNext((bytes) -> received.addAndGet(bytes.length))
				.then())
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getBytesReceived()).isEqualTo(received.get()))
			.verify(LONG_ENOUGH);
		assertThat(requests()).isEqualTo(1);
	}

	@Test
	void waitsAsLongAsTheServiceAsks() {
		this.simulator.faults().next("/text-to-speech", Fault.rateLimited(Duration.ofSeconds(1)), 1);
		Duration took = this.elevenLabs.speech()
			.convert(this.request)
			.elapsed()
			.map((timed) -> Duration.ofMillis(timed.getT1()))
			.block(LONG_ENOUGH);
		assertThat(took).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
		assertThat(requests()).isEqualTo(2);
	}

	@Test
	void failsAtOnceWhenTheServiceAsksForMoreThanThereIs() {
		this.simulator.faults().next("/text-to-speech", Fault.rateLimited(Duration.ofMinutes(10)), 1);
		StepVerifier.create(this.elevenLabs.speech().convert(this.request.deadline(Duration.ofSeconds(20))))
			.expectErrorSatisfies((error) -> {
				assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.RATE);
				assertThat(((ElevenLabsException) error).getRetryAfter()).isEqualTo(Duration.ofMinutes(10));
			})
			.verify(Duration.ofSeconds(10));
	}

	@Test
	void opensRefusesProbesAndRecovers() {
		CircuitBreaker speech = this.breakers.circuitBreaker(CircuitBreakers.SPEECH);
		this.simulator.faults().rate(1, Fault.internalError());
		while (speech.getState() == State.CLOSED) {
			this.elevenLabs.speech().stream(this.request).onErrorComplete().blockLast(LONG_ENOUGH);
		}
		long before = requests();
		assertThat(before).isEqualTo(5);
		StepVerifier.create(this.elevenLabs.speech().stream(this.request))
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.BREAKER_OPEN))
			.verify(LONG_ENOUGH);
		assertThat(requests()).isEqualTo(before);
		this.simulator.faults().clear();
		await().atMost(LONG_ENOUGH).untilAsserted(() -> {
			assertThat(this.elevenLabs.speech().stream(this.request).onErrorComplete().count().block(LONG_ENOUGH))
				.isPositive();
			assertThat(speech.getState()).isEqualTo(State.CLOSED);
		});
	}

	@Test
	void tellsThoseWhoWaitWhenTheBreakerOpens() {
		// slow enough for calls to be in flight
		this.simulator.pace(new Pace(0, 3));
		AtomicInteger refused = new AtomicInteger();
		AtomicInteger spoken = new AtomicInteger();
		for (int i = 0; i < 30; i++) {
			this.elevenLabs.speech().stream(this.request).subscribe((bytes) -> {
			}, (error) -> refused.incrementAndGet(), spoken::incrementAndGet);
		}
		await().until(() -> this.simulator.statistics().inFlight() == 5);
		this.breakers.circuitBreaker(CircuitBreakers.SPEECH).transitionToForcedOpenState();
		await().untilAsserted(() -> assertThat(refused).hasValue(25));
		await().untilAsserted(() -> assertThat(spoken).hasValue(5));
		assertThat(requests()).isEqualTo(5);
	}

	@Test
	void keepsSpeechBackUntilATopUp() {
		this.simulator.credits(2);
		for (int i = 0; i < 5; i++) {
			StepVerifier.create(this.elevenLabs.speech().stream(this.request))
				.expectErrorSatisfies(
						(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.QUOTA))
				.verify(LONG_ENOUGH);
		}
		assertThat(this.simulator.journal().requests("/text-to-speech")).hasSize(1);
		assertThat(this.elevenLabs.speech().convert(request("A")).block(LONG_ENOUGH).audio()).isNotEmpty();
		this.simulator.credits(10_000);
		await().ignoreExceptionsInstanceOf(ElevenLabsException.class)
			.untilAsserted(() -> assertThat(this.elevenLabs.speech().convert(this.request).block(LONG_ENOUGH).audio())
				.isNotEmpty());
		assertThat(this.gate.isOpen()).isFalse();
	}

	private long requests() {
		return this.simulator.statistics().requests();
	}

}
