package io.github.elevenspring.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.elevenspring.client.Parts;
import io.github.elevenspring.deadline.DeadlineStage;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.CacheResult;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.Delivery;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link CallPipeline}.
 */
class CallPipelineTests {

	private static final Call CALL = new Call(Operation.EXCHANGE, ApiRequest.get("/v1/x"));

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();

	@AfterEach
	void stop() {
		this.timer.dispose();
	}

	@Test
	void aCallPassesTheStagesInTheirOrderAndTheReplyComesBackTheOtherWay() {
		List<String> steps = new ArrayList<>();
		CallPipeline pipeline = pipeline(List.of(stage("a", steps), stage("b", steps), stage("c", steps)), (call) -> {
			steps.add("client");
			return Flux.just(Parts.head());
		});
		StepVerifier.create(pipeline.execute(CALL)).expectNextCount(1).expectComplete().verify(PATIENCE);
		assertThat(steps).containsExactly("a>", "b>", "c>", "client", "<c", "<b", "<a");
	}

	@Test
	void aStageMayAnswerAndTheRestOfTheLineIsNotAsked() {
		AtomicInteger asked = new AtomicInteger();
		CallPipeline pipeline = pipeline(List.of((call, next) -> Flux.just(Parts.head(), Parts.chunk("cached"))),
				(call) -> {
					asked.incrementAndGet();
					return Flux.empty();
				});
		StepVerifier.create(pipeline.execute(CALL)).expectNextCount(2).expectComplete().verify(PATIENCE);
		assertThat(asked).hasValue(0);
	}

	@Test
	void aStageMayChangeTheCallAndRepeatIt() {
		List<Call> seen = new ArrayList<>();
		CallPipeline pipeline = pipeline(List.of((call, next) -> next.proceed(call)
			.onErrorResume((ex) -> next.proceed(call.withRequest(SpeechRequest.of("other"))))), (call) -> {
				seen.add(call);
				return (seen.size() == 1) ? Flux.error(new IllegalStateException()) : Flux.just(Parts.head());
			});
		StepVerifier.create(pipeline.execute(CALL)).expectNextCount(1).expectComplete().verify(PATIENCE);
		assertThat(seen).hasSize(2);
		assertThat(seen.get(1).request()).isEqualTo(SpeechRequest.of("other"));
		assertThat(seen.get(1).operation()).isEqualTo(Operation.EXCHANGE);
	}

	@Test
	void theHeadTellsWhatItTookToGetTheReply() {
		Degradation degradation = new Degradation(Degradation.Kind.MODEL, ErrorKind.SERVER, "m", null);
		CallPipeline pipeline = pipeline(
				List.of(new DeadlineStage(Duration.ofSeconds(60), this.timer), (call, next) -> next.proceed(call)),
				(call) -> Flux.deferContextual((context) -> {
					CallProgress progress = CallProgress.of(context);
					assertThat(progress.remaining(this.timer.now(TimeUnit.NANOSECONDS)))
						.isEqualTo(Duration.ofSeconds(60).toNanos());
					progress.countAttempt();
					progress.countAttempt();
					progress.addQueueWait(1_000_000);
					progress.addQueueWait(2_000_000);
					progress.cache(CacheResult.MISS);
					progress.degraded(degradation);
					return Flux.just(Parts.head(), Parts.chunk("a"));
				}));
		for (int subscription = 0; subscription < 2; subscription++) {
			ReplyPart first = pipeline.execute(CALL).blockFirst(PATIENCE);
			assertThat(first).isInstanceOfSatisfying(ReplyPart.Head.class, (head) -> assertThat(head.delivery())
				.isEqualTo(new Delivery(2, Duration.ofMillis(3), CacheResult.MISS, degradation)));
		}
	}

	@Test
	void nothingHappensBeforeSubscriptionAndEachSubscriptionIsACallOfItsOwn() {
		AtomicInteger calls = new AtomicInteger();
		List<String> steps = new ArrayList<>();
		Flux<ReplyPart> reply = pipeline(List.of(stage("a", steps)), (call) -> {
			calls.incrementAndGet();
			return Flux.just(Parts.head());
		}).execute(CALL);
		assertThat(steps).isEmpty();
		assertThat(calls).hasValue(0);
		reply.blockLast(PATIENCE);
		reply.blockLast(PATIENCE);
		assertThat(calls).hasValue(2);
		assertThat(steps).containsExactly("a>", "<a", "a>", "<a");
	}

	@Test
	void theTotalTimeEndsACallThatStillSends() {
		TestPublisher<ReplyPart> upstream = TestPublisher.create();
		AtomicReference<Throwable> error = new AtomicReference<>();
		AtomicInteger parts = new AtomicInteger();
		pipeline(List.of(), (call) -> upstream.flux()).execute(CALL)
			.subscribe((part) -> parts.incrementAndGet(), error::set);
		upstream.next(Parts.head());
		for (int second = 0; second < 59; second++) {
			this.timer.advanceTimeBy(Duration.ofSeconds(1));
			upstream.next(Parts.chunk("12345"));
		}
		assertThat(error.get()).isNull();
		this.timer.advanceTimeBy(Duration.ofSeconds(1));
		assertTimeout(error.get(), 59 * 5, "PT1M");
		assertThat(parts).hasValue(60);
		upstream.assertCancelled();
	}

	@Test
	void theTotalTimeEndsACallThatIsStuckInAStage() {
		AtomicReference<Throwable> error = new AtomicReference<>();
		AtomicInteger cancelled = new AtomicInteger();
		pipeline(List.of((call, next) -> Flux.<ReplyPart>never().doOnCancel(cancelled::incrementAndGet)),
				(call) -> Flux.empty())
			.execute(CALL)
			.subscribe((part) -> {
			}, error::set);
		this.timer.advanceTimeBy(Duration.ofMinutes(1));
		assertTimeout(error.get(), 0, "PT1M");
		assertThat(cancelled).hasValue(1);
	}

	@Test
	void aShorterDeadlineWinsAndALongerOneDoesNot() {
		for (Duration deadline : List.of(Duration.ofSeconds(3), Duration.ofHours(3))) {
			AtomicReference<Throwable> error = new AtomicReference<>();
			Call call = new Call(Operation.EXCHANGE,
					ApiRequest.get("/v1/x").options(CallOptions.defaults().withDeadline(deadline)));
			pipeline(List.of(), (c) -> Flux.never()).execute(call).subscribe((part) -> {
			}, error::set);
			Duration limit = (deadline.getSeconds() < 60) ? deadline : Duration.ofMinutes(1);
			this.timer.advanceTimeBy(limit.minusNanos(1));
			assertThat(error.get()).isNull();
			this.timer.advanceTimeBy(Duration.ofNanos(1));
			assertTimeout(error.get(), 0, limit.toString());
		}
	}

	@Test
	void theClockStartsWithTheSubscription() {
		AtomicReference<Throwable> error = new AtomicReference<>();
		Flux<ReplyPart> reply = pipeline(List.of(), (call) -> Flux.never()).execute(CALL);
		this.timer.advanceTimeBy(Duration.ofHours(1));
		reply.subscribe((part) -> {
		}, error::set);
		this.timer.advanceTimeBy(Duration.ofSeconds(59));
		assertThat(error.get()).isNull();
	}

	@Test
	void cancellingPassesThroughAllStages() {
		TestPublisher<ReplyPart> upstream = TestPublisher.create();
		List<String> steps = new ArrayList<>();
		CallPipeline pipeline = pipeline(List.of(cancelling("a", steps), cancelling("b", steps)),
				(call) -> upstream.flux());
		pipeline.execute(CALL).subscribe().dispose();
		upstream.assertWasSubscribed();
		upstream.assertCancelled();
		assertThat(steps).containsExactly("a", "b");
		this.timer.advanceTimeBy(Duration.ofHours(1));
	}

	@Test
	void aBrokenStageEndsTheCallWithItsError() {
		CallPipeline pipeline = pipeline(List.of((call, next) -> {
			throw new IllegalStateException("stage");
		}), (call) -> Flux.empty());
		StepVerifier.create(pipeline.execute(CALL)).expectErrorMessage("stage").verify(PATIENCE);
	}

	@Test
	void aTotalTimeThatIsNotPositiveIsRefused() {
		for (Duration total : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
			assertThatIllegalArgumentException().isThrownBy(() -> new DeadlineStage(total, this.timer))
				.withMessageContaining("total");
		}
	}

	@Test
	void whateverRacesThereIsExactlyOneEnd() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			for (int round = 0; round < 3000; round++) {
				VirtualTimeScheduler clock = VirtualTimeScheduler.create();
				Sinks.Many<ReplyPart> source = Sinks.many().unicast().onBackpressureBuffer();
				AtomicInteger terminals = new AtomicInteger();
				new CallPipeline(List.of(new DeadlineStage(Duration.ofSeconds(1), clock)), (call) -> source.asFlux())
					.execute(CALL)
					.subscribe((part) -> {
					}, (ex) -> terminals.incrementAndGet(), terminals::incrementAndGet);
				CyclicBarrier start = new CyclicBarrier(2);
				boolean fails = round % 2 == 0;
				Future<?> sending = threads.submit(() -> {
					start.await();
					source.tryEmitNext(Parts.chunk("x"));
					return fails ? source.tryEmitError(new IllegalStateException("late")) : source.tryEmitComplete();
				});
				Future<?> expiring = threads.submit(() -> {
					start.await();
					clock.advanceTimeBy(Duration.ofSeconds(1));
					return null;
				});
				sending.get(10, TimeUnit.SECONDS);
				expiring.get(10, TimeUnit.SECONDS);
				assertThat(terminals).as("round %d", round).hasValue(1);
				clock.dispose();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private CallPipeline pipeline(List<CallStage> stages, CallChain client) {
		List<CallStage> line = new ArrayList<>(List.of(new DeadlineStage(Duration.ofMinutes(1), this.timer)));
		line.addAll(stages);
		return new CallPipeline(line, client);
	}

	private static CallStage stage(String name, List<String> steps) {
		return (call, next) -> Flux.defer(() -> {
			steps.add(name + ">");
			return next.proceed(call).concatWith(Mono.fromRunnable(() -> steps.add("<" + name)));
		});
	}

	private static CallStage cancelling(String name, List<String> steps) {
		return (call, next) -> next.proceed(call).doOnCancel(() -> steps.add(name));
	}

	private static void assertTimeout(Throwable error, long bytes, String limit) {
		assertThat(error).isInstanceOf(ElevenLabsTransportException.class)
			.hasMessageContaining(limit)
			.hasMessageContaining("elevenlabs.timeout.total");
		assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.TIMEOUT);
		assertThat(((ElevenLabsException) error).getBytesReceived()).isEqualTo(bytes);
	}

}
