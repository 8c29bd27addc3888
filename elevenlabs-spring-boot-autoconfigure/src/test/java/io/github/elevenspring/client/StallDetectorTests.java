package io.github.elevenspring.client;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.context.Context;

import org.springframework.http.HttpMethod;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link StallDetector} in virtual time, and of its races in real time.
 */
class StallDetectorTests {

	private static final Timeouts TIMEOUTS = new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(5));

	private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();

	private final TestPublisher<ReplyPart> upstream = TestPublisher.create();

	private final Listener listener = new Listener(Long.MAX_VALUE);

	private final List<Throwable> dropped = new ArrayList<>();

	@BeforeEach
	void catchDropped() {
		Hooks.onErrorDropped(this.dropped::add);
	}

	@AfterEach
	void stop() {
		Hooks.resetOnErrorDropped();
		this.timer.dispose();
	}

	@Test
	void silenceEndsTheReplyAtTheFirstByteLimitAndNotBefore() {
		subscribe(TIMEOUTS, this.listener);
		this.timer.advanceTimeBy(Duration.ofSeconds(30).minusNanos(1));
		assertThat(this.listener.terminals).hasValue(0);
		this.timer.advanceTimeBy(Duration.ofNanos(1));
		assertTimeout(0, "elevenlabs.timeout.first-byte");
		this.upstream.assertCancelled();
	}

	@Test
	void silenceEndsTheReplyShortlyBeforeTheCallMustEnd() {
		within(Duration.ofSeconds(10));
		this.timer.advanceTimeBy(Duration.ofSeconds(9).minusNanos(1));
		assertThat(this.listener.terminals).hasValue(0);
		this.timer.advanceTimeBy(Duration.ofNanos(1));
		assertTimeout(0, "the deadline");
	}

	@Test
	void callThatGetsMoreTimeIsWaitedForLonger() {
		CallProgress progress = within(Duration.ofSeconds(10));
		this.timer.advanceTimeBy(Duration.ofSeconds(8));
		progress.endsAt(Duration.ofSeconds(20).toNanos());
		this.timer.advanceTimeBy(Duration.ofSeconds(10).minusNanos(1));
		assertThat(this.listener.terminals).hasValue(0);
		this.timer.advanceTimeBy(Duration.ofNanos(1));
		assertTimeout(0, "the deadline");
	}

	@Test
	void theShortestDeadlineLeavesTimeToGoAnotherWay() {
		within(Duration.ofMillis(100));
		this.timer.advanceTimeBy(Duration.ofMillis(90));
		assertTimeout(0, "the deadline");
	}

	@ParameterizedTest
	@CsvSource({ "5000, true, the deadline", "5555, true, the deadline", "5556, false, the deadline",
			"10000, false, the deadline", "600000, false, elevenlabs.timeout.first-byte" })
	void aDeadlineThatIsTooShortIsNotHeldAgainstTheService(long millis, boolean tooShort, String remedy) {
		within(Duration.ofMillis(millis));
		this.timer.advanceTimeBy(Duration.ofSeconds(30));
		assertTimeout(0, remedy);
		assertThat(((ElevenLabsTransportException) this.listener.error).isDeadlineTooShort()).isEqualTo(tooShort);
	}

	@Test
	void aTimeoutThatWasChosenIsHeldAgainstTheServiceHoweverShort() {
		subscribe(new Timeouts(Duration.ofMillis(100), Duration.ofSeconds(5)), this.listener);
		this.timer.advanceTimeBy(Duration.ofMillis(100));
		assertTimeout(0, "elevenlabs.timeout.first-byte");
		assertThat(((ElevenLabsTransportException) this.listener.error).isDeadlineTooShort()).isFalse();
	}

	@Test
	void silenceAfterTheFirstByteEndsTheReplyAtTheIdleLimit() {
		subscribe(TIMEOUTS, this.listener);
		this.timer.advanceTimeBy(Duration.ofSeconds(1));
		this.upstream.next(chunk(7));
		this.timer.advanceTimeBy(Duration.ofSeconds(5).minusNanos(1));
		assertThat(this.listener.terminals).hasValue(0);
		this.timer.advanceTimeBy(Duration.ofNanos(1));
		assertTimeout(7, "elevenlabs.timeout.idle");
		this.upstream.assertCancelled();
	}

	@Test
	void anIdleLimitLongerThanTheFirstByteLimitHolds() {
		subscribe(new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(60)), this.listener);
		this.timer.advanceTimeBy(Duration.ofSeconds(1));
		this.upstream.next(chunk(7));
		this.timer.advanceTimeBy(Duration.ofSeconds(59));
		assertThat(this.listener.terminals).hasValue(0);
		this.timer.advanceTimeBy(Duration.ofSeconds(1));
		assertTimeout(7, "elevenlabs.timeout.idle");
	}

	@Test
	void eachPartStartsTheIdleClockAgain() {
		subscribe(TIMEOUTS, this.listener);
		for (int i = 0; i < 100; i++) {
			this.timer.advanceTimeBy(Duration.ofMillis(4900));
			this.upstream.next(chunk(1));
		}
		assertThat(this.listener.parts).hasValue(100);
		this.timer.advanceTimeBy(Duration.ofMillis(4900));
		this.upstream.complete();
		this.timer.advanceTimeBy(Duration.ofHours(1));
		assertThat(this.listener.error).isNull();
		assertThat(this.listener.terminals).hasValue(1);
	}

	@Test
	void aHeadIsNotTheFirstByte() {
		subscribe(new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(1)), this.listener);
		this.upstream.next(head());
		this.timer.advanceTimeBy(Duration.ofSeconds(29));
		assertThat(this.listener.terminals).hasValue(0);
		this.timer.advanceTimeBy(Duration.ofSeconds(1));
		assertTimeout(0, "elevenlabs.timeout.first-byte");
	}

	@Test
	void theClockStandsStillWhileNothingIsAskedFor() {
		Listener paused = new Listener(1);
		subscribe(TIMEOUTS, paused);
		this.upstream.next(chunk(1));
		this.timer.advanceTimeBy(Duration.ofHours(5));
		assertThat(paused.terminals).hasValue(0);
		paused.request(1);
		this.timer.advanceTimeBy(Duration.ofSeconds(5).minusNanos(1));
		assertThat(paused.terminals).hasValue(0);
		this.timer.advanceTimeBy(Duration.ofNanos(1));
		assertThat(paused.terminals).hasValue(1);
		assertThat(paused.error).isInstanceOf(ElevenLabsTransportException.class);
	}

	@Test
	void theClockDoesNotStartBeforeAnythingIsAskedFor() {
		Listener shy = new Listener(0);
		subscribe(TIMEOUTS, shy);
		this.timer.advanceTimeBy(Duration.ofHours(5));
		assertThat(shy.terminals).hasValue(0);
		shy.request(1);
		this.timer.advanceTimeBy(Duration.ofSeconds(30));
		assertThat(shy.terminals).hasValue(1);
	}

	@Test
	void theIdleLimitHoldsForAReplyThatBeginsWhileItIsSubscribedTo() {
		watch(Flux.concat(Flux.just(head(), chunk(3)), Flux.never()), TIMEOUTS, this.timer, () -> false)
			.subscribe(this.listener);
		this.timer.advanceTimeBy(TIMEOUTS.idle());
		assertTimeout(3, "elevenlabs.timeout.idle");
	}

	@Test
	void aReplyKnownToFailIsLeftToFail() {
		AtomicBoolean decided = new AtomicBoolean();
		watch(this.upstream.flux(), TIMEOUTS, this.timer, decided::get).subscribe(this.listener);
		decided.set(true);
		this.timer.advanceTimeBy(Duration.ofMinutes(5));
		assertThat(this.listener.terminals).hasValue(0);
		this.upstream.error(new IOException("at last"));
		assertThat(this.listener.terminals).hasValue(1);
		assertThat(((ElevenLabsException) this.listener.error).getKind()).isEqualTo(ErrorKind.NETWORK);
	}

	@Test
	void anErrorOfTheTransportIsMappedWithTheBytesThatCame() {
		subscribe(TIMEOUTS, this.listener);
		this.upstream.next(head());
		this.upstream.next(chunk(3));
		this.upstream.next(chunk(4));
		this.upstream.error(new IOException("secret of the transport"));
		ElevenLabsException error = (ElevenLabsException) this.listener.error;
		assertThat(error.getKind()).isEqualTo(ErrorKind.NETWORK);
		assertThat(error.getBytesReceived()).isEqualTo(7);
		assertThat(error.getMessage()).contains("after 7 bytes").doesNotContain("secret");
		assertThat(error.isRetryable()).isFalse();
	}

	@Test
	void endingStopsTheClock() {
		subscribe(TIMEOUTS, this.listener);
		this.upstream.next(chunk(1));
		this.upstream.complete();
		this.timer.advanceTimeBy(Duration.ofHours(1));
		assertThat(this.listener.terminals).hasValue(1);
		assertThat(this.listener.error).isNull();
		assertThat(this.timer.getScheduledTaskCount()).isLessThan(5);
	}

	@Test
	void cancellingStopsTheClockAndThePublisher() {
		subscribe(TIMEOUTS, this.listener);
		this.upstream.next(chunk(1));
		this.listener.cancel();
		this.upstream.assertCancelled();
		this.timer.advanceTimeBy(Duration.ofHours(1));
		assertThat(this.listener.terminals).hasValue(0);
	}

	@Test
	void onePartCostsNoTaskOfItsOwn() {
		subscribe(TIMEOUTS, this.listener);
		for (int i = 0; i < 10_000; i++) {
			this.upstream.next(chunk(1));
		}
		assertThat(this.timer.getScheduledTaskCount()).isLessThan(5);
	}

	@Test
	void whateverRacesThereIsExactlyOneEnd() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(3);
		try {
			for (int round = 0; round < 3000; round++) {
				VirtualTimeScheduler clock = VirtualTimeScheduler.create();
				TestPublisher<ReplyPart> source = TestPublisher.createNoncompliant(
						TestPublisher.Violation.CLEANUP_ON_TERMINATE, TestPublisher.Violation.REQUEST_OVERFLOW);
				Listener racing = new Listener(Long.MAX_VALUE);
				watch(source.flux(), TIMEOUTS, clock, () -> false).subscribe(racing);
				boolean fails = round % 2 == 0;
				boolean cancels = round % 5 == 0;
				CyclicBarrier start = new CyclicBarrier(3);
				List<Future<?>> all = List.of(threads.submit(() -> {
					start.await();
					source.next(chunk(1));
					if (fails) {
						source.error(new IOException("broken"));
					}
					else {
						source.complete();
					}
					return null;
				}), threads.submit(() -> {
					start.await();
					clock.advanceTimeBy(Duration.ofMinutes(1));
					return null;
				}), threads.submit(() -> {
					start.await();
					if (cancels) {
						racing.cancel();
					}
					return null;
				}));
				for (Future<?> one : all) {
					one.get(10, TimeUnit.SECONDS);
				}
				if (cancels) {
					assertThat(racing.terminals.get()).isLessThanOrEqualTo(1);
				}
				else {
					assertThat(racing.terminals).as("round %d", round).hasValue(1);
				}
				assertThat(racing.afterTheEnd).as("round %d", round).hasValue(0);
				clock.dispose();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void aStallIsSeenHoweverTheFirstByteRacesWithTheClock() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			for (int round = 0; round < 2000; round++) {
				VirtualTimeScheduler clock = VirtualTimeScheduler.create();
				TestPublisher<ReplyPart> source = TestPublisher.create();
				Listener racing = new Listener(0);
				watch(source.flux(), new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(1)), clock, () -> false)
					.subscribe(racing);
				clock.advanceTimeBy(Duration.ofSeconds(5));
				racing.request(Long.MAX_VALUE);
				CyclicBarrier start = new CyclicBarrier(2);
				Future<?> first = threads.submit(() -> {
					start.await();
					source.next(chunk(1));
					return null;
				});
				Future<?> second = threads.submit(() -> {
					start.await();
					clock.advanceTimeBy(Duration.ofSeconds(5));
					return null;
				});
				first.get(10, TimeUnit.SECONDS);
				second.get(10, TimeUnit.SECONDS);
				clock.advanceTimeBy(Duration.ofSeconds(1));
				assertThat(racing.terminals).as("round %d", round).hasValue(1);
				clock.dispose();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private void subscribe(Timeouts timeouts, Listener listener) {
		watch(this.upstream.flux(), timeouts, this.timer, () -> false).subscribe(listener);
	}

	private static Flux<ReplyPart> watch(Flux<ReplyPart> reply, Timeouts timeouts, Scheduler timer,
			BooleanSupplier decided) {
		CallChain service = (call) -> reply;
		return service.proceed(new Call(Operation.SPEECH_STREAM, SpeechRequest.of("Hello")),
				(actual) -> new StallDetector(actual, timeouts, timer, HttpMethod.POST, URI.create("http://host"),
						decided));
	}

	private CallProgress within(Duration time) {
		CallProgress progress = new CallProgress();
		progress.endsAt(this.timer.now(TimeUnit.NANOSECONDS) + time.toNanos());
		watch(this.upstream.flux(), TIMEOUTS, this.timer, () -> false)
			.contextWrite(Context.of(CallProgress.class, progress))
			.subscribe(this.listener);
		return progress;
	}

	private void assertTimeout(long bytes, String remedy) {
		assertThat(this.listener.terminals).hasValue(1);
		ElevenLabsException error = (ElevenLabsException) this.listener.error;
		assertThat(error.getKind()).isEqualTo(ErrorKind.TIMEOUT);
		assertThat(error.getBytesReceived()).isEqualTo(bytes);
		assertThat(error).hasMessageContaining("raise " + remedy).hasMessageContaining("host");
	}

	private static ReplyPart chunk(int size) {
		return new ReplyPart.Chunk(new byte[size]);
	}

	private static ReplyPart head() {
		return Parts.head();
	}

	static final class Listener extends BaseSubscriber<ReplyPart> {

		private final long first;

		private final AtomicInteger parts = new AtomicInteger();

		private final AtomicInteger terminals = new AtomicInteger();

		private final AtomicInteger afterTheEnd = new AtomicInteger();

		private volatile Throwable error;

		Listener(long first) {
			this.first = first;
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			if (this.first > 0) {
				subscription.request(this.first);
			}
		}

		@Override
		protected void hookOnNext(ReplyPart part) {
			if (this.terminals.get() > 0) {
				this.afterTheEnd.incrementAndGet();
			}
			this.parts.incrementAndGet();
		}

		@Override
		protected void hookOnComplete() {
			this.terminals.incrementAndGet();
		}

		@Override
		protected void hookOnError(Throwable error) {
			this.error = error;
			this.terminals.incrementAndGet();
		}

	}

}
