package io.github.elevenspring.resilience;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.elevenspring.resilience.TestReplies.failure;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * When speech is kept back for lack of credits, and when it goes on.
 */
@ExtendWith(OutputCaptureExtension.class)
class QuotaGateTests {

	private static final Duration INTERVAL = Duration.ofMinutes(1);

	private static final String LONG = "x".repeat(100);

	private static final String SHORT = "x".repeat(99);

	private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();

	private final AtomicInteger questions = new AtomicInteger();

	private final List<QuotaGateEvent> events = new ArrayList<>();

	private Mono<Quota> quota = Mono.just(new Quota(50, null));

	private final QuotaGate gate = new QuotaGate(() -> {
		this.questions.incrementAndGet();
		return this.quota;
	}, INTERVAL, this.events::add, this.timer,
			clock(() -> Instant.ofEpochMilli(this.timer.now(TimeUnit.MILLISECONDS))));

	private final QuotaStage stage = new QuotaStage(this.gate);

	@AfterEach
	void stop() {
		this.gate.stop();
		this.timer.dispose();
	}

	@Test
	void keepsBackWhatTheAccountCannotPayForAndLetsShorterTextsPass(CapturedOutput output) {
		TestReplies service = TestReplies.of(failure(ErrorKind.QUOTA));
		assertRefused(service, LONG, null);
		assertRefused(service, LONG, null);
		assertRefused(service, LONG + "y", null);
		assertThat(service.attempts).hasValue(1);
		assertPasses(service, SHORT, null);
		assertThat(service.attempts).hasValue(2);
		assertThat(this.gate.isOpen()).isTrue();
		assertThat(this.events).extracting(QuotaGateEvent::open).containsExactly(true);
		assertThat(output).containsOnlyOnce("credits of the account are used up: speech");
	}

	@Test
	void aListenerThatFailsChangesNothing() {
		QuotaGate gate = new QuotaGate(() -> Mono.just(new Quota(1000, null)), INTERVAL, (event) -> {
			throw new IllegalStateException("listener");
		}, this.timer, clock(() -> Instant.ofEpochMilli(this.timer.now(TimeUnit.MILLISECONDS))));
		StepVerifier
			.create(new QuotaStage(gate).handle(speech(LONG, null), TestReplies.always(failure(ErrorKind.QUOTA))))
			.expectError(ElevenLabsException.class)
			.verify(INTERVAL);
		this.timer.advanceTimeBy(INTERVAL);
		assertThat(gate.isOpen()).isFalse();
		gate.stop();
	}

	@Test
	void remembersEachModelOnItsOwn() {
		TestReplies service = TestReplies.of(failure(ErrorKind.QUOTA));
		assertRefused(service, LONG, "eleven_multilingual_v2");
		assertPasses(service, LONG, "eleven_flash_v2_5");
	}

	@Test
	void othersArePassed() {
		this.gate.open();
		StepVerifier.create(this.stage.handle(TestReplies.READ, TestReplies.always(TestReplies.audio())))
			.expectNextCount(2)
			.expectComplete()
			.verify(INTERVAL);
	}

	@Test
	void opensForNothingElse() {
		TestReplies service = TestReplies.of(failure(ErrorKind.RATE), failure(ErrorKind.AUTH),
				Flux.error(new ElevenLabsRejectedException(ErrorKind.QUOTA, "refused here")));
		for (int i = 0; i < 3; i++) {
			this.stage.handle(speech(LONG, null), service).onErrorComplete().blockLast();
		}
		assertThat(this.gate.isOpen()).isFalse();
		assertThat(this.questions).hasValue(0);
	}

	@Test
	void asksOnlyWhileOpenAndNotMoreOftenThanTold() {
		this.timer.advanceTimeBy(INTERVAL.multipliedBy(10));
		assertThat(this.questions).hasValue(0);
		TestReplies service = TestReplies.always(failure(ErrorKind.QUOTA));
		assertRefused(service, LONG, null);
		for (int i = 99; i > 60; i--) {
			assertRefused(service, "x".repeat(i), null);
		}
		this.timer.advanceTimeBy(INTERVAL.multipliedBy(10));
		assertThat(this.questions).hasValue(11);
		this.gate.stop();
		this.timer.advanceTimeBy(INTERVAL.multipliedBy(10));
		assertThat(this.questions).hasValue(11);
	}

	@Test
	void closesAfterATopUp() {
		TestReplies service = TestReplies.of(failure(ErrorKind.QUOTA));
		assertRefused(service, LONG, null);
		this.timer.advanceTime();
		assertThat(this.gate.isOpen()).isTrue();
		this.quota = Mono.just(new Quota(60, null));
		this.timer.advanceTimeBy(INTERVAL);
		assertThat(this.gate.isOpen()).isFalse();
		assertThat(this.events).extracting(QuotaGateEvent::open).containsExactly(true, false);
		assertPasses(service, LONG, null);
		this.timer.advanceTimeBy(INTERVAL.multipliedBy(10));
		assertThat(this.questions).hasValue(2);
	}

	@Test
	void asksRightAfterTheResetAndSaysWhenThatIs() {
		Instant reset = Instant.ofEpochMilli(this.timer.now(TimeUnit.MILLISECONDS)).plusSeconds(30);
		this.quota = Mono.just(new Quota(0, reset));
		TestReplies service = TestReplies.of(failure(ErrorKind.QUOTA));
		assertRefused(service, LONG, null);
		this.timer.advanceTimeBy(Duration.ofSeconds(10));
		StepVerifier.create(this.stage.handle(speech(LONG, null), service))
			.expectErrorSatisfies((error) -> assertThat(((ElevenLabsException) error).getRetryAfter())
				.isEqualTo(Duration.ofSeconds(20)))
			.verify(INTERVAL);
		this.quota = Mono.just(new Quota(10_000, reset.plus(Duration.ofDays(30))));
		this.timer.advanceTimeBy(Duration.ofSeconds(21));
		assertThat(this.gate.isOpen()).isFalse();
	}

	@Test
	void aQuestionThatFailsIsAskedAgain() {
		this.quota = Mono.error(TestReplies.error(ErrorKind.SERVER));
		TestReplies service = TestReplies.of(failure(ErrorKind.QUOTA));
		assertRefused(service, LONG, null);
		this.timer.advanceTimeBy(INTERVAL.multipliedBy(3));
		assertThat(this.questions).hasValue(4);
		assertThat(this.gate.isOpen()).isTrue();
	}

	@Test
	void aKeyThatMayNotReadTheAccountLetsTheNextCallAsk() {
		this.quota = Mono.error(TestReplies.error(ErrorKind.AUTH));
		TestReplies service = TestReplies.always(failure(ErrorKind.QUOTA));
		assertRefused(service, LONG, null);
		this.timer.advanceTime();
		assertThat(this.gate.isOpen()).isFalse();
		assertRefused(service, LONG, null);
		assertRefused(service, LONG, null);
		assertThat(service.attempts).hasValue(2);
		this.timer.advanceTimeBy(INTERVAL);
		assertThat(this.gate.isOpen()).isFalse();
	}

	@Test
	void opensAndClosesByHand() {
		TestReplies service = TestReplies.always(TestReplies.audio());
		this.gate.open();
		assertRefused(service, "x", null);
		this.timer.advanceTimeBy(INTERVAL.multipliedBy(10));
		assertRefused(service, "x", null);
		assertThat(service.attempts).hasValue(0);
		this.gate.close();
		assertPasses(service, LONG, null);
		assertThat(this.events).extracting(QuotaGateEvent::open).containsExactly(true, false);
	}

	@Test
	void modelsAreNotRememberedWithoutBound() {
		TestReplies service = TestReplies.always(failure(ErrorKind.QUOTA));
		for (int i = 0; i < 200; i++) {
			assertRefused(service, LONG, "model-" + i);
		}
		assertThat(service.attempts.get()).isBetween(100, 102);
	}

	private void assertRefused(TestReplies service, String text, String model) {
		StepVerifier.create(this.stage.handle(speech(text, model), service))
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.QUOTA))
			.verify(INTERVAL);
	}

	private void assertPasses(TestReplies service, String text, String model) {
		StepVerifier.create(this.stage.handle(speech(text, model), service))
			.expectNextCount(2)
			.expectComplete()
			.verify(INTERVAL);
	}

	private static Call speech(String text, String model) {
		SpeechRequest request = SpeechRequest.of(text).voice("v");
		return new Call(Operation.SPEECH_STREAM, (model != null) ? request.model(model) : request);
	}

	private static Clock clock(InstantSource source) {
		return source.withZone(ZoneOffset.UTC);
	}

}
