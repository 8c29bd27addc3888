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
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.elevenspring.resilience.TestReplies.audio;
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
		this.gate.close();
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
		assertThat(output).containsOnlyOnce("The quota gate opened: a text was refused");
	}

	@Test
	void aListenerThatFailsChangesNothing() {
		QuotaGate gate = new QuotaGate(() -> this.quota, INTERVAL, (event) -> {
			throw new IllegalStateException("listener");
		}, this.timer, clock(() -> Instant.ofEpochMilli(this.timer.now(TimeUnit.MILLISECONDS))));
		StepVerifier
			.create(new QuotaStage(gate).handle(speech(LONG, null), TestReplies.always(failure(ErrorKind.QUOTA))))
			.expectError(ElevenLabsException.class)
			.verify(INTERVAL);
		this.timer.advanceTime();
		this.quota = Mono.just(new Quota(60, null));
		this.timer.advanceTimeBy(INTERVAL);
		assertThat(gate.isOpen()).isFalse();
		gate.close();
	}

	@Test
	void remembersEachModelOnItsOwn() {
		TestReplies service = TestReplies.of(failure(ErrorKind.QUOTA));
		assertRefused(service, LONG, "eleven_multilingual_v2");
		assertPasses(service, LONG, "eleven_flash_v2_5");
	}

	@Test
	void othersArePassed() {
		this.gate.forceOpen();
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
		this.gate.close();
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

	@ParameterizedTest
	@EnumSource(names = { "AUTH", "PERMISSION" })
	void aKeyThatMayNotReadTheAccountHasOneTextSentInAnInterval(ErrorKind kind, CapturedOutput output) {
		this.quota = Mono.error(TestReplies.error(kind));
		TestReplies service = TestReplies.always(failure(ErrorKind.QUOTA));
		for (int minute = 1; minute <= 5; minute++) {
			assertRefused(service, LONG, null);
			assertRefused(service, LONG, null);
			assertThat(service.attempts).hasValue(minute);
			this.timer.advanceTimeBy(INTERVAL.minusNanos(1));
			assertRefused(service, LONG, null);
			assertThat(service.attempts).hasValue(minute);
			this.timer.advanceTimeBy(Duration.ofNanos(1));
		}
		assertThat(this.events).extracting(QuotaGateEvent::open).containsExactly(true);
		assertThat(this.questions).hasValue(1);
		assertThat(output).containsOnlyOnce("user_read").doesNotContain("The quota gate closed");
	}

	@Test
	void withoutTheAccountTheGateClosesWhenATextThatLongWasSpoken(CapturedOutput output) {
		this.quota = Mono.error(TestReplies.error(ErrorKind.PERMISSION));
		TestReplies service = TestReplies.of(failure(ErrorKind.QUOTA));
		assertRefused(service, LONG, null);
		this.timer.advanceTimeBy(INTERVAL);
		assertPasses(service, SHORT, null);
		assertThat(this.gate.isOpen()).isTrue();
		assertPasses(service, LONG, null);
		assertThat(this.gate.isOpen()).isFalse();
		assertThat(this.events).extracting(QuotaGateEvent::open).containsExactly(true, false);
		assertThat(output).containsOnlyOnce("The quota gate closed: a text as long as");
	}

	@Test
	void aTextThatWasBegunBeforeTheRefusalProvesNothing() {
		this.quota = Mono.error(TestReplies.error(ErrorKind.PERMISSION));
		TestPublisher<ReplyPart> begun = TestPublisher.create();
		TestReplies service = TestReplies.of(begun.flux(), failure(ErrorKind.QUOTA));
		StepVerifier.create(this.stage.handle(speech(LONG, null), service)).then(() -> {
			assertRefused(service, LONG, null);
			this.timer.advanceTime();
			begun.complete();
		}).expectComplete().verify(INTERVAL);
		assertThat(this.gate.isOpen()).isTrue();
	}

	@Test
	void aKeyWithAQuotaOfItsOwnOpensTheGateOnce() {
		this.quota = Mono.just(new Quota(10_000, null));
		TestReplies service = TestReplies.of(failure(ErrorKind.QUOTA), failure(ErrorKind.QUOTA));
		assertRefused(service, LONG, null);
		this.timer.advanceTimeBy(INTERVAL);
		assertRefused(service, LONG, null);
		assertRefused(service, LONG, null);
		assertThat(service.attempts).hasValue(2);
		this.timer.advanceTimeBy(INTERVAL);
		assertPasses(service, LONG, null);
		assertThat(this.events).extracting(QuotaGateEvent::open).containsExactly(true, false);
		assertThat(this.questions).hasValue(1);
	}

	@Test
	void theAccountIsAskedAgainWhenCreditsRunOutAgain() {
		this.quota = Mono.error(TestReplies.error(ErrorKind.PERMISSION));
		TestReplies service = TestReplies.of(failure(ErrorKind.QUOTA), audio(), failure(ErrorKind.QUOTA));
		assertRefused(service, LONG, null);
		this.timer.advanceTimeBy(INTERVAL);
		assertPasses(service, LONG, null);
		this.quota = Mono.just(new Quota(50, null));
		assertRefused(service, LONG, null);
		this.timer.advanceTimeBy(INTERVAL);
		assertThat(this.questions).hasValueGreaterThan(1);
		assertRefused(service, LONG, null);
		assertThat(service.attempts).hasValue(3);
	}

	@Test
	void opensAndClosesByHand(CapturedOutput output) {
		TestReplies service = TestReplies.always(TestReplies.audio());
		this.gate.forceOpen();
		assertRefused(service, "x", null);
		this.timer.advanceTimeBy(INTERVAL.multipliedBy(10));
		assertRefused(service, "x", null);
		assertThat(service.attempts).hasValue(0);
		assertThat(this.questions).hasValue(0);
		this.gate.reset();
		assertPasses(service, LONG, null);
		assertThat(this.events).extracting(QuotaGateEvent::open).containsExactly(true, false);
		assertThat(output).containsOnlyOnce("The quota gate opened: by hand")
			.containsOnlyOnce("The quota gate closed: by hand");
	}

	@Test
	void aTopUpDoesNotCloseWhatWasOpenedByHand(CapturedOutput output) {
		assertRefused(TestReplies.always(failure(ErrorKind.QUOTA)), LONG, null);
		this.gate.forceOpen();
		assertThat(output).contains("The quota gate opened: by hand");
		this.timer.advanceTime();
		this.quota = Mono.just(new Quota(10_000, null));
		this.timer.advanceTimeBy(INTERVAL);
		assertThat(this.gate.isOpen()).isTrue();
		assertThat(this.events).extracting(QuotaGateEvent::open).containsExactly(true);
	}

	@Test
	void shuttingDownTellsNobody() {
		assertRefused(TestReplies.always(failure(ErrorKind.QUOTA)), LONG, null);
		this.gate.close();
		assertThat(this.events).extracting(QuotaGateEvent::open).containsExactly(true);
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
