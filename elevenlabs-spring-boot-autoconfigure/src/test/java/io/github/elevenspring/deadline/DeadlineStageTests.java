package io.github.elevenspring.deadline;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

class DeadlineStageTests {

	private static final Duration TOTAL = Duration.ofMinutes(5);

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private static final ReplyPart PART = new ReplyPart.Chunk(new byte[] { 1, 2, 3 });

	private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();

	@AfterEach
	void stop() {
		this.timer.dispose();
	}

	@Test
	void passesAReplyOnThatEndsInTime() {
		StepVerifier.create(reply((call) -> Flux.just(PART, PART)))
			.expectNext(PART, PART)
			.expectComplete()
			.verify(LONG_ENOUGH);
	}

	@Test
	void cancelsAReplyThatTakesLongerThanTheTotal() {
		TestPublisher<ReplyPart> source = TestPublisher.create();
		StepVerifier.create(reply((call) -> source.flux()))
			.then(() -> source.next(PART))
			.expectNext(PART)
			.then(() -> this.timer.advanceTimeBy(TOTAL))
			.expectErrorSatisfies((error) -> assertTimeout(error, "PT5M", 3))
			.verify(LONG_ENOUGH);
		source.assertCancelled();
	}

	@Test
	void takesTheDeadlineOfTheCallIfThatIsShorter() {
		StepVerifier.create(reply((call) -> Flux.never(), Duration.ofSeconds(2)))
			.then(() -> this.timer.advanceTimeBy(Duration.ofSeconds(2)))
			.expectErrorSatisfies((error) -> assertTimeout(error, "PT2S", 0))
			.verify(LONG_ENOUGH);
	}

	@Test
	void tellsOthersHowMuchTimeIsLeft() {
		Flux<Long> left = Flux.deferContextual(
				(context) -> Flux.just(CallProgress.of(context).remaining(this.timer.now(TimeUnit.NANOSECONDS))));
		StepVerifier
			.create(reply((call) -> left.map((nanos) -> new ReplyPart.Chunk(new byte[nanos.intValue()])),
					Duration.ofNanos(7)))
			.expectNextMatches((part) -> part.size() == 7)
			.expectComplete()
			.verify(LONG_ENOUGH);
	}

	@Test
	void schedulesNothingForAReplyThatIsThereAtOnce() {
		reply((call) -> Flux.just(PART)).blockLast();
		assertThat(this.timer.getScheduledTaskCount()).isZero();
	}

	@Test
	void endsRightAfterThePartDuringWhichTheTimeEnds() {
		Sinks.Many<ReplyPart> source = Sinks.many().unicast().onBackpressureBuffer();
		AtomicInteger parts = new AtomicInteger();
		StepVerifier.create(reply((call) -> source.asFlux()).doOnNext((part) -> {
			parts.incrementAndGet();
			this.timer.advanceTimeBy(TOTAL);
		})).then(() -> {
			source.tryEmitNext(PART);
			source.tryEmitNext(PART);
		}).expectNext(PART).expectErrorSatisfies((error) -> assertTimeout(error, "PT5M", 3)).verify(LONG_ENOUGH);
		assertThat(parts).hasValue(1);
	}

	@Test
	void isLateThoughTheEndComesWithThePartDuringWhichTheTimeEnds() {
		StepVerifier.create(reply((call) -> new Reentrant(1)).doOnNext((part) -> this.timer.advanceTimeBy(TOTAL)), 0)
			.then(() -> {
				// what is asked for before would come while it is subscribed to
			})
			.thenRequest(1)
			.expectNext(PART)
			.expectErrorSatisfies((error) -> assertTimeout(error, "PT5M", 3))
			.verify(LONG_ENOUGH);
	}

	@Test
	void takesPartsThatComeWhileOneIsPassedOn() {
		List<ReplyPart> parts = new ArrayList<>();
		AtomicBoolean complete = new AtomicBoolean();
		reply((call) -> new Reentrant(3)).subscribe(new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				subscription.request(1);
			}

			@Override
			protected void hookOnNext(ReplyPart part) {
				parts.add(part);
				request(1);
			}

			@Override
			protected void hookOnComplete() {
				complete.set(true);
			}

		});
		assertThat(parts).hasSize(3);
		assertThat(complete).isTrue();
		this.timer.advanceTimeBy(TOTAL);
	}

	@Test
	void countsTheTimeThatSubscribingTakes() {
		StepVerifier.create(reply((call) -> Flux.just(PART).concatWith(Flux.never())).doOnNext((part) -> {
			this.timer.advanceTimeBy(TOTAL.minusSeconds(1));
		}))
			.expectNext(PART)
			.then(() -> this.timer.advanceTimeBy(Duration.ofSeconds(1)))
			.expectErrorSatisfies((error) -> assertTimeout(error, "PT5M", 3))
			.verify(LONG_ENOUGH);
	}

	@Test
	void endsAReplyThatTakesItsTimeWhileItIsSubscribedTo() {
		StepVerifier.create(reply((call) -> Flux.just(PART, PART)).doOnNext((part) -> this.timer.advanceTimeBy(TOTAL)))
			.expectNext(PART)
			.expectErrorSatisfies((error) -> assertTimeout(error, "PT5M", 3))
			.verify(LONG_ENOUGH);
	}

	/**
	 * The time may end at any point of the way of a part.
	 */
	@Test
	void endsAReplyWhoseTimeEndsWhilePartsFlow() throws Exception {
		ExecutorService threads = Executors.newSingleThreadExecutor();
		try {
			for (int i = 0; i < 2_000; i++) {
				VirtualTimeScheduler timer = VirtualTimeScheduler.create();
				TestPublisher<ReplyPart> source = TestPublisher
					.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
				AtomicInteger errors = new AtomicInteger();
				AtomicBoolean stop = new AtomicBoolean();
				reply((call) -> source.flux(), null, timer).subscribe((part) -> {
				}, (error) -> errors.incrementAndGet());
				CountDownLatch flowing = new CountDownLatch(1);
				Future<?> emitting = threads.submit(() -> {
					while (!stop.get()) {
						source.next(PART);
						flowing.countDown();
					}
				});
				flowing.await();
				timer.advanceTimeBy(TOTAL);
				stop.set(true);
				emitting.get();
				assertThat(errors).as("ends").hasValue(1);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	/**
	 * A timer so quick that the caller is told before {@code schedule} has returned.
	 */
	@Test
	void doesNotInterruptTheTimerThatTellsTheCaller() throws Exception {
		CountDownLatch telling = new CountDownLatch(1);
		CountDownLatch subscribed = new CountDownLatch(1);
		Scheduler quick = new Scheduler() {

			@Override
			public Disposable schedule(Runnable task) {
				return Schedulers.boundedElastic().schedule(task);
			}

			@Override
			public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
				Disposable scheduled = schedule(task);
				awaitQuietly(telling);
				return scheduled;
			}

			@Override
			public Worker createWorker() {
				return Schedulers.boundedElastic().createWorker();
			}

		};
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		reply((call) -> Flux.never(), null, quick).subscribe((part) -> {
		}, (error) -> {
			telling.countDown();
			interrupted.complete(!awaitQuietly(subscribed));
		});
		subscribed.countDown();
		assertThat(interrupted.get(10, TimeUnit.SECONDS)).isFalse();
	}

	private static boolean awaitQuietly(CountDownLatch latch) {
		try {
			return latch.await(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			return false;
		}
	}

	@Test
	void saysNothingToACallerWhoLeft() {
		TestPublisher<ReplyPart> source = TestPublisher.create();
		AtomicInteger errors = new AtomicInteger();
		reply((call) -> source.flux()).subscribe((part) -> {
		}, (error) -> errors.incrementAndGet()).dispose();
		source.assertCancelled();
		this.timer.advanceTimeBy(TOTAL);
		assertThat(errors).hasValue(0);
	}

	@Test
	void failsWhenNothingMeasuresTheTimeAnyMore() {
		Scheduler stopped = Schedulers.newSingle("stopped");
		stopped.dispose();
		TestPublisher<ReplyPart> source = TestPublisher.create();
		StepVerifier.create(reply((call) -> source.flux(), null, stopped))
			.expectErrorSatisfies((error) -> assertThat(error).isInstanceOfSatisfying(ElevenLabsException.class,
					(failure) -> assertThat(failure.getKind()).isEqualTo(ErrorKind.SHUTDOWN)))
			.verify(LONG_ENOUGH);
		source.assertCancelled();
	}

	/**
	 * The time ends while a part and the end of the reply come from another thread: there
	 * is one end, and nothing after it.
	 */
	@Test
	void hasOneEndWhoeverComesFirst() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			for (int i = 0; i < 20_000; i++) {
				VirtualTimeScheduler timer = VirtualTimeScheduler.create();
				TestPublisher<ReplyPart> source = TestPublisher
					.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
				Ends ends = new Ends();
				reply((call) -> source.flux(), null, timer).subscribe(ends);
				CountDownLatch start = new CountDownLatch(1);
				Future<?> emitting = threads.submit(() -> {
					start.await();
					source.next(PART);
					source.complete();
					return null;
				});
				Future<?> expiring = threads.submit(() -> {
					start.await();
					timer.advanceTimeBy(TOTAL);
					return null;
				});
				start.countDown();
				emitting.get();
				expiring.get();
				assertThat(ends.count).as("ends").hasValue(1);
				assertThat(ends.overlapped).as("two signals at once, or one after the end").isFalse();
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private Flux<ReplyPart> reply(CallChain service) {
		return reply(service, null);
	}

	private Flux<ReplyPart> reply(CallChain service, @Nullable Duration deadline) {
		return reply(service, deadline, this.timer);
	}

	private static Flux<ReplyPart> reply(CallChain service, @Nullable Duration deadline, Scheduler timer) {
		SpeechRequest request = SpeechRequest.builder("Hello")
			.voiceId("v")
			.options(CallOptions.defaults().withDeadline(deadline))
			.build();
		return new CallPipeline(List.of(new DeadlineStage(TOTAL, timer)), service)
			.execute(new Call(Operation.SPEECH_STREAM, request));
	}

	private static void assertTimeout(Throwable error, String limit, long received) {
		assertThat(error).isInstanceOfSatisfying(ElevenLabsException.class, (failure) -> {
			assertThat(failure.getKind()).isEqualTo(ErrorKind.TIMEOUT);
			assertThat(failure.getBytesReceived()).isEqualTo(received);
			assertThat(failure).hasMessageContaining(limit);
		});
	}

	/**
	 * Emits from within each request, as a source may that knows a bound, and completes
	 * together with its last part.
	 */
	private static final class Reentrant extends Flux<ReplyPart> {

		private final int parts;

		Reentrant(int parts) {
			this.parts = parts;
		}

		@Override
		public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
			actual.onSubscribe(new Subscription() {

				private int left = Reentrant.this.parts;

				@Override
				public void request(long n) {
					if (this.left > 0) {
						boolean last = --this.left == 0;
						actual.onNext(PART);
						if (last) {
							actual.onComplete();
						}
					}
				}

				@Override
				public void cancel() {
				}

			});
		}

	}

	/**
	 * Counts ends, and notices signals that break the rules.
	 */
	private static final class Ends extends BaseSubscriber<ReplyPart> {

		private final AtomicInteger count = new AtomicInteger();

		private final AtomicBoolean busy = new AtomicBoolean();

		private final AtomicBoolean overlapped = new AtomicBoolean();

		@Override
		protected void hookOnNext(ReplyPart part) {
			alone(() -> {
			});
		}

		@Override
		protected void hookOnComplete() {
			alone(this.count::incrementAndGet);
		}

		@Override
		protected void hookOnError(Throwable error) {
			alone(this.count::incrementAndGet);
		}

		private void alone(Runnable signal) {
			if (!this.busy.compareAndSet(false, true) || this.count.get() > 0) {
				this.overlapped.set(true);
			}
			signal.run();
			this.busy.set(false);
		}

	}

}
