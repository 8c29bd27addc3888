package io.github.elevenspring.resilience;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

import static io.github.elevenspring.resilience.TestReplies.CHUNK;
import static io.github.elevenspring.resilience.TestReplies.HEAD;
import static io.github.elevenspring.resilience.TestReplies.READ;
import static io.github.elevenspring.resilience.TestReplies.SPEECH;
import static io.github.elevenspring.resilience.TestReplies.audio;
import static io.github.elevenspring.resilience.TestReplies.failure;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a call is tried again, when not, and what the caller gets.
 */
class RetryStageTests {

	private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

	private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();

	private final Retry retry = Retry.of("elevenlabs",
			RetryConfig.custom().maxAttempts(3).retryOnException(new TransientErrors()).build());

	private final RetryBudget budget = new RetryBudget(10, 0.5);

	private double random = 1;

	private boolean retryTimeouts;

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.ofDefaults();

	private final CircuitBreakers breakers = new CircuitBreakers(this.registry::circuitBreaker, this.timer);

	private final CircuitBreaker breaker = this.registry.circuitBreaker(CircuitBreakers.SPEECH);

	@AfterEach
	void nobodyIsLeftBehind() {
		assertThat(this.breakers.familyOf(SPEECH).waiting()).isZero();
	}

	@AfterEach
	void stopTheClock() {
		this.timer.dispose();
	}

	@ParameterizedTest
	@EnumSource(names = { "RATE", "BUSY", "SERVER" })
	void waitsLongerAfterEachAttemptWhenTheServiceIsInTrouble(ErrorKind kind) {
		TestReplies service = TestReplies.of(failure(kind), failure(kind), audio());
		expect(service, SPEECH).then(() -> advance(FIRST_WAIT.minusNanos(1)))
			.then(() -> assertThat(service.attempts).hasValue(1))
			.then(() -> advance(Duration.ofNanos(1)))
			.then(() -> assertThat(service.attempts).hasValue(2))
			.then(() -> advance(FIRST_WAIT.multipliedBy(2).minusNanos(1)))
			.then(() -> assertThat(service.attempts).hasValue(2))
			.then(() -> advance(Duration.ofNanos(1)))
			.expectNext(HEAD, CHUNK)
			.expectComplete()
			.verify(Duration.ofSeconds(5));
		assertThat(service.attempts).hasValue(3);
		assertThat(this.retry.getMetrics().getNumberOfSuccessfulCallsWithRetryAttempt()).isEqualTo(1);
	}

	@Test
	void takesARandomPartOfTheWait() {
		this.random = 0.25;
		TestReplies service = TestReplies.of(failure(ErrorKind.SERVER));
		expect(service, SPEECH).then(() -> advance(Duration.ofMillis(249)))
			.then(() -> assertThat(service.attempts).hasValue(1))
			.then(() -> advance(Duration.ofMillis(1)))
			.expectNext(HEAD, CHUNK)
			.expectComplete()
			.verify(Duration.ofSeconds(5));
	}

	@Test
	void waitsInEvenStepsWhenTheNetworkIsInTrouble() {
		this.random = 0;
		TestReplies service = TestReplies.of(failure(ErrorKind.NETWORK), failure(ErrorKind.NETWORK));
		expect(service, SPEECH).then(() -> advance(FIRST_WAIT.minusNanos(1)))
			.then(() -> assertThat(service.attempts).hasValue(1))
			.then(() -> advance(Duration.ofNanos(1)))
			.then(() -> advance(FIRST_WAIT.multipliedBy(2).minusNanos(1)))
			.then(() -> assertThat(service.attempts).hasValue(2))
			.then(() -> advance(Duration.ofNanos(1)))
			.expectNextCount(2)
			.expectComplete()
			.verify(Duration.ofSeconds(5));
	}

	@Test
	void waitsAtLeastAsLongAsTheServiceAsks() {
		TestReplies service = TestReplies.of(failure(ErrorKind.RATE, Duration.ofSeconds(7)));
		expect(service, SPEECH).then(() -> advance(Duration.ofSeconds(7).minusNanos(1)))
			.then(() -> assertThat(service.attempts).hasValue(1))
			.then(() -> advance(Duration.ofNanos(1)))
			.expectNextCount(2)
			.expectComplete()
			.verify(Duration.ofSeconds(5));
	}

	@Test
	void failsAtOnceWhenTheWaitDoesNotFitIntoTheDeadline() {
		TestReplies service = TestReplies.always(failure(ErrorKind.RATE, Duration.ofSeconds(7)));
		CallProgress progress = new CallProgress();
		progress.endsAt(this.timer.now(TimeUnit.NANOSECONDS) + Duration.ofSeconds(7).toNanos());
		StepVerifier
			.create(stage().handle(SPEECH, service)
				.contextWrite((context) -> context.put(CallProgress.class, progress)))
			.expectErrorSatisfies((error) -> {
				assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.RATE);
				assertNotRepeated(error, "does not fit into the deadline");
			})
			.verify(Duration.ofSeconds(5));
		assertThat(service.attempts).hasValue(1);
	}

	@Test
	void givesUpAfterTheLastAttemptWithItsError() {
		TestReplies service = TestReplies.always(failure(ErrorKind.SERVER));
		expect(service, SPEECH).then(() -> advance(Duration.ofMinutes(1))).expectErrorSatisfies((error) -> {
			assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.SERVER);
			assertNotRepeated(error, "3 attempts");
		}).verify(Duration.ofSeconds(5));
		assertThat(service.attempts).hasValue(3);
		assertThat(this.retry.getMetrics().getNumberOfFailedCallsWithRetryAttempt()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = { "RATE", "BUSY", "SERVER", "NETWORK", "TIMEOUT" })
	void doesNotRepeatWhatDoesNotPassOrIsUpToTheCaller(ErrorKind kind) {
		TestReplies service = TestReplies.always(Flux.error(new ElevenLabsRejectedException(kind, "no")));
		expect(service, SPEECH).expectErrorSatisfies((error) -> assertThat(error.getSuppressed()).isEmpty())
			.verify(Duration.ofSeconds(5));
		assertThat(service.attempts).hasValue(1);
		assertThat(this.retry.getMetrics().getNumberOfFailedCallsWithoutRetryAttempt()).isEqualTo(1);
	}

	@Test
	void doesNotRepeatWhatMayHaveBeenBilled() {
		assertThat(attemptsAfter(TestReplies.error(ErrorKind.TIMEOUT), SPEECH)).isEqualTo(1);
		assertThat(attemptsAfter(brokenConnection(), SPEECH)).isEqualTo(1);
		assertThat(attemptsAfter(TestReplies.answered(ErrorKind.SERVER, 504, null), SPEECH)).isEqualTo(1);
		assertThat(attemptsAfter(TestReplies.answered(ErrorKind.SERVER, 200, null), SPEECH)).isEqualTo(1);
	}

	@Test
	void saysThatItMayHaveBeenBilled() {
		expect(TestReplies.always(failure(ErrorKind.TIMEOUT)), SPEECH)
			.expectErrorSatisfies((error) -> assertNotRepeated(error, "may have been billed"))
			.verify(Duration.ofSeconds(5));
	}

	@Test
	void repeatsWhatMayHaveBeenBilledWhenTold() {
		this.retryTimeouts = true;
		assertThat(attemptsAfter(TestReplies.error(ErrorKind.TIMEOUT), SPEECH)).isEqualTo(2);
		assertThat(attemptsAfter(brokenConnection(), SPEECH)).isEqualTo(2);
	}

	@Test
	void repeatsWhatCostsNothing() {
		assertThat(attemptsAfter(TestReplies.error(ErrorKind.TIMEOUT), READ)).isEqualTo(2);
		assertThat(attemptsAfter(brokenConnection(), READ)).isEqualTo(2);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void neverRepeatsOncePartOfTheReplyIsOut(int parts) {
		TestReplies service = TestReplies.always(audio().take(parts).concatWith(failure(ErrorKind.SERVER)));
		expect(service, SPEECH).expectNextCount(parts)
			.then(() -> advance(Duration.ofMinutes(1)))
			.expectErrorSatisfies((error) -> assertNotRepeated(error, "part of the reply"))
			.verify(Duration.ofSeconds(5));
		assertThat(service.attempts).hasValue(1);
	}

	@Test
	void eachSubscriptionHasAttemptsOfItsOwn() {
		TestReplies service = TestReplies.always(failure(ErrorKind.SERVER));
		Flux<ReplyPart> reply = stage().handle(SPEECH, service);
		for (int i = 1; i <= 2; i++) {
			StepVerifier.create(reply)
				.then(() -> advance(Duration.ofMinutes(1)))
				.expectError()
				.verify(Duration.ofSeconds(5));
			assertThat(service.attempts).hasValue(3 * i);
		}
	}

	@Test
	void cancelDuringTheWaitEndsEverything() {
		TestReplies service = TestReplies.always(failure(ErrorKind.SERVER));
		expect(service, SPEECH).then(() -> advance(Duration.ofMillis(500))).thenCancel().verify(Duration.ofSeconds(5));
		advance(Duration.ofMinutes(1));
		assertThat(service.attempts).hasValue(1);
	}

	@Test
	void cancelReachesTheAttemptThatRuns() {
		TestPublisher<ReplyPart> second = TestPublisher.create();
		TestReplies service = TestReplies.of(failure(ErrorKind.SERVER), second.flux());
		expect(service, SPEECH).then(() -> advance(FIRST_WAIT)).thenCancel().verify(Duration.ofSeconds(5));
		second.assertCancelled();
	}

	@Test
	void theNextAttemptMeetsTheDemandOfTheFirst() {
		TestReplies service = TestReplies.of(failure(ErrorKind.SERVER), Flux.just(HEAD, CHUNK, CHUNK));
		StepVerifier.create(stage().handle(SPEECH, service), 0)
			.thenRequest(1)
			.then(() -> advance(FIRST_WAIT))
			.expectNext(HEAD)
			.thenRequest(1)
			.expectNext(CHUNK)
			.thenRequest(1)
			.expectNext(CHUNK)
			.expectComplete()
			.verify(Duration.ofSeconds(5));
	}

	@Test
	void nothingIsRepeatedWhileTheServiceIsKnownToBeDown() {
		this.breaker.transitionToOpenState();
		assertThat(attemptsAfter(TestReplies.error(ErrorKind.SERVER), SPEECH)).isEqualTo(1);
		assertThat(this.budget.tokens()).isEqualTo(10);
	}

	@Test
	void anOutageIsNotMultiplied() {
		RetryStage stage = new RetryStage(this.retry, rules(), new RetryBudget(100, 0.1), null, this.timer);
		TestReplies service = TestReplies.always(failure(ErrorKind.SERVER));
		AtomicInteger failed = new AtomicInteger();
		for (int i = 0; i < 10_000; i++) {
			stage.handle(SPEECH, service).subscribe((part) -> {
			}, (error) -> failed.incrementAndGet());
		}
		advance(Duration.ofMinutes(1));
		assertThat(failed).hasValue(10_000);
		assertThat(service.attempts.get()).isBetween(10_000, 10_100);
	}

	@Test
	void aSpentBudgetEndsWithTheFirstErrorAndIsSeen() {
		RetryBudget empty = new RetryBudget(0, 0.1);
		RetryStage stage = new RetryStage(this.retry, rules(), empty, null, this.timer);
		StepVerifier.create(stage.handle(SPEECH, TestReplies.always(failure(ErrorKind.BUSY))))
			.expectErrorSatisfies((error) -> {
				assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.BUSY);
				assertNotRepeated(error, "budget");
			})
			.verify(Duration.ofSeconds(5));
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		new RetryMetrics(stage).bindTo(meters);
		assertThat(meters.get("elevenlabs.retry.budget.refusals").functionCounter().count()).isEqualTo(1);
		assertThat(meters.get("elevenlabs.retry.budget.tokens").gauge().value()).isZero();
	}

	@Test
	void countsRetriesByKind() {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		RetryStage stage = stage();
		new RetryMetrics(stage).bindTo(meters);
		StepVerifier.create(stage.handle(SPEECH, TestReplies.always(failure(ErrorKind.BUSY))))
			.then(() -> assertThat(retries(meters, "busy")).isZero())
			.then(() -> advance(Duration.ofMinutes(1)))
			.expectError()
			.verify(Duration.ofSeconds(5));
		assertThat(retries(meters, "busy")).isEqualTo(2);
		assertThat(retries(meters, "server")).isZero();
	}

	@Test
	void aRetryThatIsNeverMadeIsNotCounted() {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		RetryStage stage = stage();
		new RetryMetrics(stage).bindTo(meters);
		TestReplies service = TestReplies.always(failure(ErrorKind.BUSY));
		StepVerifier.create(stage.handle(SPEECH, service))
			.then(() -> assertThat(service.attempts).hasValue(1))
			.thenCancel()
			.verify(Duration.ofSeconds(5));
		StepVerifier.create(stage.handle(SPEECH, service))
			.then(this.breaker::transitionToOpenState)
			.then(() -> advance(Duration.ofMinutes(1)))
			.expectError()
			.verify(Duration.ofSeconds(5));
		assertThat(service.attempts).hasValue(2);
		assertThat(retries(meters, "busy")).isZero();
	}

	private static double retries(MeterRegistry meters, String kind) {
		return meters.get("elevenlabs.retries").tag("kind", kind).functionCounter().count();
	}

	@Test
	void respectsAStricterPredicateOfTheUser() {
		Retry never = Retry.of("elevenlabs", RetryConfig.custom().retryOnException((error) -> false).build());
		RetryStage stage = new RetryStage(never, rules(), this.budget, null, this.timer);
		TestReplies service = TestReplies.always(failure(ErrorKind.SERVER));
		StepVerifier.create(stage.handle(SPEECH, service))
			.expectErrorSatisfies((error) -> assertNotRepeated(error, "Resilience4j instance elevenlabs"))
			.verify(Duration.ofSeconds(5));
		assertThat(service.attempts).hasValue(1);
		assertThat(this.budget.tokens()).isEqualTo(10);
	}

	@ParameterizedTest
	@ValueSource(ints = { 502, 520, 522, 524, 599 })
	void whatAGatewaySaysIsNoRefusalUnlessTheServiceSaysIt(int status) {
		assertThat(attemptsAfter(TestReplies.answered(ErrorKind.SERVER, status, null), SPEECH)).isEqualTo(1);
		assertThat(attemptsAfter(
				new ElevenLabsApiException(ErrorKind.SERVER, "refused",
						new ElevenLabsApiException.Details(status, null, "service_unavailable", null, null, 0)),
				SPEECH))
			.isEqualTo(2);
	}

	@Test
	void repeatsNothingBehindWhichAnotherRequestMayHaveBeenBilled() {
		ElevenLabsException error = TestReplies.error(ErrorKind.SERVER);
		assertThat(rules().isRetryable(error)).isTrue();
		error.addSuppressed(TestReplies.error(ErrorKind.TIMEOUT));
		assertThat(rules().isRetryable(error)).isFalse();
		this.retryTimeouts = true;
		assertThat(rules().isRetryable(error)).isTrue();
	}

	@Test
	void aListenerThatFailsDoesNotSwallowTheEndOfACall() {
		this.retry.getEventPublisher().onEvent((event) -> {
			throw new IllegalStateException("listener");
		});
		TestReplies service = TestReplies.of(failure(ErrorKind.SERVER));
		expect(service, SPEECH).expectErrorSatisfies((error) -> {
			assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.SERVER);
			assertNotRepeated(error, "listener");
		}).verify(Duration.ofSeconds(5));
		assertThat(this.budget.tokens()).isEqualTo(10);
	}

	@Test
	void aListenerThatFailsDoesNotSwallowASuccess() {
		TestReplies service = TestReplies.of(failure(ErrorKind.SERVER));
		expect(service, SPEECH).then(() -> this.retry.getEventPublisher().onSuccess((event) -> {
			throw new IllegalStateException("listener");
		})).then(() -> advance(FIRST_WAIT)).expectNext(HEAD, CHUNK).expectComplete().verify(Duration.ofSeconds(5));
		assertThat(this.budget.tokens()).isEqualTo(10);
	}

	@Test
	void aWaitThatFailsIsTheEnd() {
		RetryRules broken = new RetryRules(3, (attempt, error) -> {
			throw new IllegalStateException("function");
		}, false);
		RetryStage stage = new RetryStage(this.retry, broken, this.budget, null, this.timer);
		StepVerifier.create(stage.handle(SPEECH, TestReplies.always(failure(ErrorKind.SERVER))))
			.expectErrorSatisfies((error) -> assertNotRepeated(error, "function of the waits"))
			.verify(Duration.ofSeconds(5));
	}

	@Test
	void aWaitEndsWithTheLastErrorAsSoonAsTheServiceIsDown() {
		TestReplies service = TestReplies.always(failure(ErrorKind.RATE, Duration.ofSeconds(60)));
		expect(service, SPEECH).then(() -> advance(Duration.ofSeconds(1)))
			.then(() -> this.breaker.transitionToOpenState())
			.then(() -> advance(Duration.ZERO))
			.expectErrorSatisfies(this::assertRefused)
			.verify(Duration.ofSeconds(5));
		assertThat(service.attempts).hasValue(1);
	}

	@Test
	void aServiceThatGoesDownWhileAWaitBeginsEndsIt() {
		this.retry.getEventPublisher().onRetry((event) -> this.breaker.transitionToOpenState());
		TestReplies service = TestReplies.always(failure(ErrorKind.RATE, Duration.ofSeconds(60)));
		expect(service, SPEECH).expectErrorSatisfies(this::assertRefused).verify(Duration.ofSeconds(5));
		assertThat(service.attempts).hasValue(1);
	}

	@Test
	void aTimerThatIsGoneEndsTheCallWithItsError() {
		this.timer.dispose();
		expect(TestReplies.always(failure(ErrorKind.SERVER)), SPEECH).expectErrorSatisfies((error) -> {
			assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.SERVER);
			assertNotRepeated(error, "shut down");
		}).verify(Duration.ofSeconds(5));
		assertThat(this.budget.tokens()).isEqualTo(10);
	}

	/**
	 * The end of the wait, an opening breaker and a caller who leaves, all at once: one
	 * of them ends the wait, and its token is given back once. Only an attempt that began
	 * and was left before it was answered has spent it.
	 */
	@Test
	void whoeverEndsAWaitGivesTheTokenBackOnce() throws Exception {
		CircuitBreakers prompt = new CircuitBreakers(this.registry::circuitBreaker, Schedulers.immediate());
		RetryStage stage = new RetryStage(this.retry, rules(), this.budget, prompt, this.timer);
		for (int i = 0; i < 5; i++) {
			this.budget.tryTake();
		}
		ExecutorService threads = Executors.newFixedThreadPool(3);
		try {
			for (int round = 0; round < 2000; round++) {
				boolean leaves = round % 2 == 0;
				AtomicInteger ends = new AtomicInteger();
				AtomicInteger parts = new AtomicInteger();
				TestReplies service = TestReplies.of(failure(ErrorKind.SERVER),
						audio().doOnNext((part) -> parts.incrementAndGet()));
				Disposable call = stage.handle(SPEECH, service).subscribe((part) -> {
				}, (error) -> ends.incrementAndGet(), ends::incrementAndGet);
				CyclicBarrier start = new CyclicBarrier(3);
				for (Future<?> racer : threads.invokeAll(List.of(racer(start, () -> advance(FIRST_WAIT)),
						racer(start, this.breaker::transitionToOpenState),
						racer(start, leaves ? call::dispose : call::isDisposed)))) {
					racer.get(10, TimeUnit.SECONDS);
				}
				assertThat(ends.get()).as("round %s", round).isBetween(leaves ? 0 : 1, 1);
				assertThat(prompt.familyOf(SPEECH).waiting()).as("round %s", round).isZero();
				if (service.attempts.get() == 2 && parts.get() == 0) {
					this.budget.giveBack();
				}
				assertThat(this.budget.tokens()).as("round %s", round).isEqualTo(5);
				this.breaker.transitionToClosedState();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private static Callable<Void> racer(CyclicBarrier start, Runnable action) {
		return () -> {
			start.await();
			action.run();
			return null;
		};
	}

	@Test
	void whoLeavesDuringTheWaitGivesTheTokenBack() {
		expect(TestReplies.always(failure(ErrorKind.SERVER)), SPEECH)
			.then(() -> assertThat(this.budget.tokens()).isEqualTo(9))
			.thenCancel()
			.verify(Duration.ofSeconds(5));
		assertThat(this.budget.tokens()).isEqualTo(10);
	}

	@Test
	void whoLeavesDuringTheAnswerOfARetryGivesTheTokenBack() {
		TestReplies service = TestReplies.of(failure(ErrorKind.SERVER), audio().concatWith(Flux.never()));
		expect(service, SPEECH).then(() -> advance(FIRST_WAIT))
			.expectNext(HEAD, CHUNK)
			.then(() -> assertThat(this.budget.tokens()).isEqualTo(9))
			.thenCancel()
			.verify(Duration.ofSeconds(5));
		assertThat(this.budget.tokens()).isEqualTo(10);
	}

	@Test
	void whoLeavesDuringAnAnswerAtTheFirstAttemptPaysInLikeOneWhoHearsItOut() {
		this.budget.tryTake();
		double before = this.budget.tokens();
		expect(TestReplies.always(audio().concatWith(Flux.never())), SPEECH).expectNext(HEAD, CHUNK)
			.thenCancel()
			.verify(Duration.ofSeconds(5));
		assertThat(this.budget.tokens()).isGreaterThan(before);
	}

	@Test
	void theLastErrorTellsThatAnEarlierAttemptMayHaveBeenBilled() {
		RetryStage stage = new RetryStage(this.retry, new RetryRules(3, (attempt, error) -> FIRST_WAIT, true),
				this.budget, null, this.timer);
		TestReplies service = TestReplies.of(
				Flux.error(new ElevenLabsTransportException(ErrorKind.TIMEOUT, "no first byte", null, 0)),
				failure(ErrorKind.SERVER), failure(ErrorKind.SERVER));
		StepVerifier.create(stage.handle(SPEECH, service))
			.then(() -> advance(Duration.ofMinutes(1)))
			.expectErrorSatisfies((error) -> {
				ElevenLabsException last = (ElevenLabsException) error;
				assertThat(last.getKind()).isEqualTo(ErrorKind.SERVER);
				assertThat(last.mayHaveBeenBilled()).isTrue();
			})
			.verify(Duration.ofSeconds(5));
		assertThat(service.attempts).hasValue(3);
	}

	private void assertRefused(Throwable error) {
		assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.RATE);
		assertNotRepeated(error, "circuit breaker");
		assertThat(this.budget.tokens()).isEqualTo(10);
	}

	private static void assertNotRepeated(Throwable error, String reason) {
		assertThat(error.getSuppressed()).singleElement().asString().contains("Not repeated: ").contains(reason);
	}

	private static ElevenLabsException brokenConnection() {
		return new ElevenLabsTransportException(ErrorKind.NETWORK, "broken", null, 0);
	}

	private int attemptsAfter(ElevenLabsException error, Call call) {
		TestReplies service = TestReplies.of(Flux.error(error));
		stage().handle(call, service).onErrorComplete().subscribe();
		advance(Duration.ofMinutes(1));
		return service.attempts.get();
	}

	private StepVerifier.Step<ReplyPart> expect(TestReplies service, Call call) {
		return StepVerifier.create(stage().handle(call, service));
	}

	private RetryStage stage() {
		return new RetryStage(this.retry, rules(), this.budget, this.breakers, this.timer);
	}

	private RetryRules rules() {
		return new RetryRules(3, RetryRules.Backoff.exponential(FIRST_WAIT, 2, Duration.ofSeconds(10)),
				this.retryTimeouts, () -> this.random);
	}

	private void advance(Duration duration) {
		this.timer.advanceTimeBy(duration);
	}

}
