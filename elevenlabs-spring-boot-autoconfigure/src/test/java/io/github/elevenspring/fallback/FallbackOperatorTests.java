package io.github.elevenspring.fallback;

import java.time.Duration;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.client.Parts;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link FallbackOperator}: what is asked of whom, and when.
 */
class FallbackOperatorTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private static final ElevenLabsException FAILURE = Line.error(ErrorKind.SERVER);

	private static final int ROUNDS = 3000;

	/**
	 * Key of Reactor's hook for errors that nobody hears of.
	 */
	private static final String DROPPED = "reactor.onErrorDropped.local";

	private static final Consumer<Throwable> IGNORED = (error) -> {
	};

	private final ExecutorService threads = Executors.newFixedThreadPool(2);

	@AfterEach
	void endThreads() {
		this.threads.shutdownNow();
	}

	@Test
	void theOtherReplyIsAskedForWhatTheFirstOneOwed() {
		TestPublisher<ReplyPart> first = TestPublisher.create();
		AtomicLong asked = new AtomicLong();
		Flux<ReplyPart> other = Line.audio("a", "b", "c").doOnRequest(asked::addAndGet);
		StepVerifier.create(reply(first.flux(), (error) -> other), 1)
			.thenRequest(1)
			.then(() -> first.error(FAILURE))
			.expectNextCount(2)
			.then(() -> assertThat(asked).hasValue(2))
			.thenRequest(2)
			.expectNextCount(2)
			.expectComplete()
			.verify(LONG_ENOUGH);
		assertThat(asked).hasValue(4);
	}

	@Test
	void nobodyIsAskedBeforeSomebodyAsks() {
		AtomicLong asked = new AtomicLong();
		Flux<ReplyPart> other = Line.audio("a").doOnRequest(asked::addAndGet);
		StepVerifier.create(reply(Flux.error(FAILURE), (error) -> other), 0)
			.expectSubscription()
			.then(() -> assertThat(asked).hasValue(0))
			.thenRequest(5)
			.expectNextCount(2)
			.expectComplete()
			.verify(LONG_ENOUGH);
		assertThat(asked).hasValue(5);
	}

	@Test
	void aFailureOfTheOtherReplyIsTheEnd() {
		Flux<ReplyPart> other = Flux.error(Line.error(ErrorKind.BUSY));
		StepVerifier.create(reply(Flux.error(FAILURE), (error) -> other))
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.BUSY))
			.verify(LONG_ENOUGH);
	}

	@Test
	void whatCannotBeAnsweredOtherwiseFailsAndTellsOfTheFirstFailure() {
		StepVerifier.create(reply(Flux.error(FAILURE), (error) -> {
			throw new IllegalStateException("no other way");
		}))
			.expectErrorSatisfies(
					(error) -> assertThat(error).hasMessage("no other way").hasSuppressedException(FAILURE))
			.verify(LONG_ENOUGH);
	}

	@Test
	void aCancelReachesAnotherReplyThatEmitsAllAtOnce() {
		AtomicLong made = new AtomicLong();
		Flux<ReplyPart> other = Flux.range(0, 1000).map((i) -> {
			made.incrementAndGet();
			return Parts.chunk("a");
		});
		reply(Flux.error(FAILURE), (error) -> other).take(3, false).blockLast(LONG_ENOUGH);
		assertThat(made).hasValue(3);
	}

	@Test
	void whoeverAsksWhileTheFirstReplyFailsIsServed() throws Exception {
		for (int round = 0; round < ROUNDS; round++) {
			TestPublisher<ReplyPart> first = TestPublisher.createNoncompliant(TestPublisher.Violation.REQUEST_OVERFLOW,
					TestPublisher.Violation.CLEANUP_ON_TERMINATE);
			AtomicLong asked = new AtomicLong();
			TestPublisher<ReplyPart> other = TestPublisher.create();
			BaseSubscriber<ReplyPart> reader = reader();
			reply(first.flux(), (error) -> other.flux().doOnRequest(asked::addAndGet)).subscribe(reader);
			reader.request(1);
			race(() -> first.error(FAILURE), () -> {
				reader.request(2);
				reader.request(4);
			});
			assertThat(asked).as("round %d", round).hasValue(7);
		}
	}

	@Test
	void whoLeavesWhileTheFirstReplyFailsLeavesNothingBehind() throws Exception {
		for (int round = 0; round < ROUNDS; round++) {
			TestPublisher<ReplyPart> first = TestPublisher.createNoncompliant(TestPublisher.Violation.REQUEST_OVERFLOW,
					TestPublisher.Violation.CLEANUP_ON_TERMINATE);
			TestPublisher<ReplyPart> other = TestPublisher.create();
			BaseSubscriber<ReplyPart> reader = reader();
			reply(first.flux(), (error) -> other.flux()).contextWrite(Context.of(DROPPED, IGNORED)).subscribe(reader);
			reader.request(1);
			race(() -> first.error(FAILURE), reader::cancel);
			assertThat(other.wasSubscribed()).as("round %d", round).isEqualTo(other.wasCancelled());
			other.assertNoSubscribers();
		}
	}

	private void race(Runnable one, Runnable two) throws Exception {
		CyclicBarrier start = new CyclicBarrier(2);
		Future<?> first = this.threads.submit(() -> {
			start.await();
			one.run();
			return null;
		});
		Future<?> second = this.threads.submit(() -> {
			start.await();
			two.run();
			return null;
		});
		first.get(10, TimeUnit.SECONDS);
		second.get(10, TimeUnit.SECONDS);
	}

	private static BaseSubscriber<ReplyPart> reader() {
		return new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
				// Asks for nothing by itself
			}

		};
	}

	private static Flux<ReplyPart> reply(Flux<ReplyPart> first,
			Function<ElevenLabsException, Flux<ReplyPart>> otherwise) {
		CallChain service = (call) -> first;
		return service.proceed(new Call(Operation.SPEECH_STREAM, Line.REQUEST),
				(actual) -> new FallbackOperator(actual, otherwise));
	}

}
