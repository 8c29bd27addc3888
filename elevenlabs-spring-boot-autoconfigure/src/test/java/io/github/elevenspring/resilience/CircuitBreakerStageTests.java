package io.github.elevenspring.resilience;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.github.elevenspring.resilience.TestReplies.CHUNK;
import static io.github.elevenspring.resilience.TestReplies.HEAD;
import static io.github.elevenspring.resilience.TestReplies.READ;
import static io.github.elevenspring.resilience.TestReplies.SPEECH;
import static io.github.elevenspring.resilience.TestReplies.audio;
import static io.github.elevenspring.resilience.TestReplies.failure;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What opens a breaker, who is told, and that no permission is ever lost or made up.
 */
@ExtendWith(OutputCaptureExtension.class)
class CircuitBreakerStageTests {

	private static final Duration SOON = Duration.ofSeconds(5);

	private final AtomicReference<Instant> time = new AtomicReference<>(Instant.EPOCH);

	private final Clock clock = clock(this.time::get);

	private final Deque<Runnable> tasks = new ArrayDeque<>();

	private final Scheduler timer = Schedulers.fromExecutor(this.tasks::add);

	private final CircuitBreakerRegistry registry = CircuitBreakerRegistry.of(CircuitBreakerConfig.custom()
		.clock(this.clock)
		.slidingWindowSize(5)
		.minimumNumberOfCalls(5)
		.failureRateThreshold(100)
		.waitDurationInOpenState(Duration.ofSeconds(60))
		.permittedNumberOfCallsInHalfOpenState(2)
		.recordException(new VendorFaults())
		.ignoreException(new IgnoredErrors())
		.build());

	private final CircuitBreakers breakers = new CircuitBreakers(this.registry::circuitBreaker, this.timer);

	private final CircuitBreaker breaker = this.registry.circuitBreaker(CircuitBreakers.SPEECH);

	private final OpenCircuitStage openCircuit = new OpenCircuitStage(this.breakers);

	private final CircuitBreakerStage stage = new CircuitBreakerStage(this.breakers);

	@AfterEach
	void nobodyIsLeftBehind() {
		assertThat(this.breakers.familyOf(SPEECH).waiting()).isZero();
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVER", "NETWORK", "TIMEOUT", "BUSY" })
	void opensAfterFiveFaultsOfTheVendorInARow(ErrorKind kind) {
		TestReplies service = TestReplies.always(failure(kind));
		for (int i = 0; i < 4; i++) {
			call(service);
		}
		assertThat(this.breaker.getState()).isEqualTo(State.CLOSED);
		call(service);
		assertThat(this.breaker.getState()).isEqualTo(State.OPEN);
		pass(Duration.ofSeconds(20));
		StepVerifier.create(line(service).proceed(SPEECH)).expectErrorSatisfies((error) -> {
			ElevenLabsRejectedException refusal = (ElevenLabsRejectedException) error;
			assertThat(refusal.getKind()).isEqualTo(ErrorKind.BREAKER_OPEN);
			assertThat(refusal.getRetryAfter()).isEqualTo(Duration.ofSeconds(40));
		}).verify(SOON);
		assertThat(service.attempts).hasValue(5);
	}

	@Test
	void oneSuccessInFiveKeepsItClosed() {
		for (int i = 0; i < 20; i++) {
			call((i % 5 == 0) ? TestReplies.always(audio()) : TestReplies.always(failure(ErrorKind.SERVER)));
		}
		assertThat(this.breaker.getState()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = { "SERVER", "NETWORK", "TIMEOUT", "BUSY" })
	void nothingElseOpensIt(ErrorKind kind) {
		for (int i = 0; i < 20; i++) {
			call(TestReplies.always(failure(kind)));
			call(TestReplies.always(Flux.error(new ElevenLabsRejectedException(kind, "refused here"))));
		}
		assertThat(this.breaker.getState()).isEqualTo(State.CLOSED);
		assertThat(this.breaker.getMetrics().getNumberOfFailedCalls()).isZero();
		assertThat(this.breaker.getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(5);
	}

	@Test
	void deadlinesThatAreTooShortDoNotOpenItForTheOthers() {
		TestReplies silent = TestReplies
			.always(Flux.error(() -> ElevenLabsTransportException.deadlineTooShort("nothing came in 300 ms")));
		for (int i = 0; i < 20; i++) {
			call(silent);
		}
		assertThat(this.breaker.getState()).isEqualTo(State.CLOSED);
		assertThat(this.breaker.getMetrics().getNumberOfBufferedCalls()).isZero();
	}

	@Test
	void aReplyThatBreaksOffIsAFaultAndOneThatIsCutByItsCallerIsNot() {
		for (int i = 0; i < 5; i++) {
			call(TestReplies.always(audio().concatWith(failure(ErrorKind.NETWORK))));
		}
		assertThat(this.breaker.getState()).isEqualTo(State.OPEN);
		this.breaker.reset();
		line(TestReplies.always(audio().concatWith(Flux.never()))).proceed(SPEECH).take(1).blockLast(SOON);
		assertThat(this.breaker.getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(1);
	}

	@Test
	void familiesDoNotShareTheirFate() {
		this.breaker.transitionToOpenState();
		StepVerifier.create(line(TestReplies.always(audio())).proceed(READ))
			.expectNextCount(2)
			.expectComplete()
			.verify(SOON);
	}

	@Test
	void recoversByProbesWithoutATimer() {
		this.breaker.transitionToOpenState();
		pass(Duration.ofSeconds(61));
		call(TestReplies.always(audio()));
		assertThat(this.breaker.getState()).isEqualTo(State.HALF_OPEN);
		call(TestReplies.always(audio()));
		assertThat(this.breaker.getState()).isEqualTo(State.CLOSED);
	}

	@Test
	void anOpeningIsAWarningAndTheEndOfItIsNews(CapturedOutput output) {
		this.breaker.transitionToOpenState();
		assertThat(output).containsPattern("WARN.*circuit breaker elevenlabs-speech opened for 60 s");
		pass(Duration.ofSeconds(61));
		call(TestReplies.always(audio()));
		call(TestReplies.always(audio()));
		assertThat(output).containsPattern("INFO.*circuit breaker elevenlabs-speech is closed: calls go through");
		assertThat(output.getOut().lines().filter((line) -> line.contains("elevenlabs-speech"))).hasSize(2);
		this.breaker.transitionToForcedOpenState();
		assertThat(output).containsPattern("WARN.*circuit breaker elevenlabs-speech opened until somebody closes it");
	}

	@Test
	void aPredicateOrAListenerThatFailsDoesNotSwallowTheEndOfACall() {
		CircuitBreakers own = new CircuitBreakers(
				(name) -> CircuitBreaker.of(name, CircuitBreakerConfig.custom().recordException((error) -> {
					throw new IllegalStateException("predicate");
				}).build()), this.timer);
		StepVerifier.create(new CircuitBreakerStage(own).handle(SPEECH, TestReplies.always(failure(ErrorKind.SERVER))))
			.expectError(ElevenLabsException.class)
			.verify(SOON);
		this.breaker.getEventPublisher().onSuccess((event) -> {
			throw new IllegalStateException("listener");
		});
		StepVerifier.create(line(TestReplies.always(audio())).proceed(SPEECH))
			.expectNext(HEAD, CHUNK)
			.expectComplete()
			.verify(SOON);
	}

	@Test
	void opensAgainWhenProbesFail() {
		this.breaker.transitionToOpenState();
		pass(Duration.ofSeconds(61));
		call(TestReplies.always(failure(ErrorKind.SERVER)));
		call(TestReplies.always(failure(ErrorKind.SERVER)));
		assertThat(this.breaker.getState()).isEqualTo(State.OPEN);
	}

	@Test
	void handsOnStateChangesByHandAtOnce() {
		TestReplies service = TestReplies.always(audio());
		this.breaker.transitionToForcedOpenState();
		pass(Duration.ofDays(1));
		StepVerifier.create(line(service).proceed(SPEECH))
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.BREAKER_OPEN))
			.verify(SOON);
		this.breaker.transitionToClosedState();
		StepVerifier.create(line(service).proceed(SPEECH)).expectNext(HEAD, CHUNK).expectComplete().verify(SOON);
	}

	/**
	 * Many rounds of half-open probes that end in every way there is. A permission that
	 * leaked would leave fewer than all to the round that counts them at the end.
	 */
	@Test
	void noPermissionIsLostOrMadeUpWhicheverWayProbesEnd() {
		Random random = new Random(42);
		for (int round = 0; round < 500; round++) {
			this.breaker.reset();
			List<Disposable> stale = new ArrayList<>();
			List<TestPublisher<ReplyPart>> staleReplies = new ArrayList<>();
			for (int i = 0; i < random.nextInt(3); i++) {
				TestPublisher<ReplyPart> reply = TestPublisher.createCold();
				staleReplies.add(reply);
				stale.add(subscribe(reply.flux()));
			}
			this.breaker.transitionToOpenState();
			this.breaker.transitionToHalfOpenState();
			for (int i = 0; i < 20 && this.breaker.getState() == State.HALF_OPEN; i++) {
				TestPublisher<ReplyPart> probe = TestPublisher.create();
				Disposable call = subscribe(probe.flux());
				switch (random.nextInt(4)) {
					case 0 -> call.dispose();
					case 1 -> probe.error(new ElevenLabsRejectedException(ErrorKind.AUTH, "no key"));
					case 2 -> {
						if (!stale.isEmpty()) {
							stale.remove(0).dispose();
						}
						call.dispose();
					}
					default -> {
						if (!staleReplies.isEmpty()) {
							staleReplies.remove(0).error(TestReplies.error(ErrorKind.SERVER));
						}
						call.dispose();
					}
				}
			}
			assertThat(this.breaker.getState()).isEqualTo(State.HALF_OPEN);
			assertThat(this.breaker.tryAcquirePermission()).as("first of round %s", round).isTrue();
			assertThat(this.breaker.tryAcquirePermission()).as("second of round %s", round).isTrue();
			assertThat(this.breaker.tryAcquirePermission()).as("third of round %s", round).isFalse();
			stale.forEach(Disposable::dispose);
		}
	}

	@Test
	void tellsThoseWhoWaitAndLeavesThoseAloneWhoRun() {
		Queue queue = new Queue();
		TestPublisher<ReplyPart> running = TestPublisher.create();
		StepVerifier.Step<ReplyPart> runs = StepVerifier.create(line(queue, (call) -> running.flux()).proceed(SPEECH));
		List<ErrorKind> errors = new ArrayList<>();
		runs.then(queue::admitAll).then(() -> {
			for (int i = 0; i < 100_000; i++) {
				line(queue, (call) -> audio()).proceed(SPEECH).subscribe((part) -> {
				}, (error) -> errors.add(((ElevenLabsException) error).getKind()));
			}
			assertThat(queue.waiting()).isEqualTo(100_000);
			this.breaker.transitionToOpenState();
			assertThat(errors).isEmpty();
			runTasks();
			assertThat(errors).hasSize(100_000).containsOnly(ErrorKind.BREAKER_OPEN);
			assertThat(queue.waiting()).isZero();
		})
			.then(() -> running.next(HEAD, CHUNK).complete())
			.expectNext(HEAD, CHUNK)
			.expectComplete()
			.verify(SOON.multipliedBy(4));
	}

	@Test
	void stopsTellingWhenItHasBeenClosedMeanwhile() {
		Queue queue = new Queue();
		StepVerifier.create(line(queue, (call) -> audio()).proceed(SPEECH)).then(() -> {
			this.breaker.transitionToOpenState();
			this.breaker.transitionToClosedState();
			runTasks();
		}).then(queue::admitAll).expectNext(HEAD, CHUNK).expectComplete().verify(SOON);
	}

	@Test
	void aCallThatTheServiceSentBackIntoTheQueueWaitsAgain() {
		TestReplies service = TestReplies.of(failure(ErrorKind.CONCURRENCY));
		Sinks.Empty<Void> again = Sinks.empty();
		CallStage limiter = (call, next) -> next.proceed(call)
			.onErrorResume((error) -> again.asMono().thenMany(next.proceed(call)));
		CallChain line = (call) -> this.openCircuit.handle(call,
				(first) -> limiter.handle(first, (second) -> this.stage.handle(second, service)));
		StepVerifier.create(line.proceed(SPEECH))
			.then(() -> assertThat(this.breakers.familyOf(SPEECH).waiting()).isEqualTo(1))
			.then(() -> this.breaker.transitionToOpenState())
			.then(() -> runTasks())
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.BREAKER_OPEN))
			.verify(SOON);
		assertThat(service.attempts).hasValue(1);
		assertThat(again.currentSubscriberCount()).isZero();
	}

	@Test
	void whoCancelsWhileWaitingIsForgotten() {
		Queue queue = new Queue();
		AtomicInteger signals = new AtomicInteger();
		line(queue, (call) -> audio()).proceed(SPEECH)
			.doOnEach((signal) -> signals.incrementAndGet())
			.subscribe()
			.dispose();
		this.breaker.transitionToOpenState();
		runTasks();
		assertThat(signals).hasValue(0);
		assertThat(queue.waiting()).isZero();
	}

	@Test
	void showsItsStateAsAGauge() {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		new CircuitBreakerMetrics(this.breakers).bindTo(meters);
		assertThat(state(meters)).isZero();
		this.breaker.transitionToOpenState();
		assertThat(state(meters)).isEqualTo(2);
		this.breaker.transitionToHalfOpenState();
		assertThat(state(meters)).isEqualTo(1);
		this.breaker.transitionToForcedOpenState();
		assertThat(state(meters)).isEqualTo(2);
		assertThat(meters.find("elevenlabs.circuit.breaker.state").gauges()).hasSize(3);
	}

	private static double state(SimpleMeterRegistry meters) {
		return meters.get("elevenlabs.circuit.breaker.state").tag("name", CircuitBreakers.SPEECH).gauge().value();
	}

	private void call(CallChain service) {
		line(service).proceed(SPEECH).onErrorComplete().blockLast(SOON);
	}

	private Disposable subscribe(Flux<ReplyPart> reply) {
		return line((call) -> reply).proceed(SPEECH).subscribe((part) -> {
		}, (error) -> {
		});
	}

	private CallChain line(CallChain service) {
		return line((call, next) -> next.proceed(call), service);
	}

	private CallChain line(CallStage limiter, CallChain service) {
		return (call) -> this.openCircuit.handle(call,
				(first) -> limiter.handle(first, (second) -> this.stage.handle(second, service)));
	}

	private void runTasks() {
		while (!this.tasks.isEmpty()) {
			this.tasks.remove().run();
		}
	}

	private void pass(Duration duration) {
		this.time.updateAndGet((now) -> now.plus(duration));
	}

	private static Clock clock(InstantSource source) {
		return source.withZone(ZoneOffset.UTC);
	}

	/**
	 * A limiter that lets nobody go on until it is told to.
	 */
	private static final class Queue implements CallStage {

		private final Set<MonoSink<Boolean>> waiting = ConcurrentHashMap.newKeySet();

		@Override
		public Flux<ReplyPart> handle(Call call, CallChain next) {
			return Mono.<Boolean>create((sink) -> {
				this.waiting.add(sink);
				sink.onDispose(() -> this.waiting.remove(sink));
			}).flatMapMany((turn) -> next.proceed(call));
		}

		void admitAll() {
			this.waiting.forEach((sink) -> sink.success(true));
		}

		int waiting() {
			return this.waiting.size();
		}

	}

}
