package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsApiException.Details;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CallOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SignalType;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link LimitedFlux}.
 */
class LimitedFluxTests {

	private static final Duration SOON = Duration.ofSeconds(5);

	private static final ReplyPart PART = new ReplyPart.Chunk(new byte[] { 1 });

	private static final ElevenLabsApiException TOO_MANY = new ElevenLabsApiException(ErrorKind.CONCURRENCY,
			"Too many.", new Details(429, null, null, null, null, 0, 1));

	private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();

	private final LocalConcurrencyLimiter limiter = new LocalConcurrencyLimiter("TEST", new AdaptiveLimit(1, false, 0),
			LimiterSettings.defaults(), this.timer);

	@Test
	void takesNoSlotBeforeSubscriptionAndOneForEach() {
		TestPublisher<ReplyPart> reply = TestPublisher.create();
		Flux<ReplyPart> limited = limited(reply.flux());
		assertThat(inFlight()).isZero();
		StepVerifier.create(limited).then(() -> assertThat(inFlight()).isEqualTo(1)).then(() -> {
			reply.next(PART);
			reply.complete();
		}).expectNext(PART).expectComplete().verify(SOON);
		assertThat(inFlight()).isZero();
	}

	@Test
	void hasGivenTheSlotBackWhenTheEndIsHeard() {
		List<Integer> seen = new ArrayList<>();
		limited(Flux.just(PART)).doOnComplete(() -> seen.add(inFlight())).blockLast(SOON);
		limited(Flux.error(new IllegalStateException())).doOnError((error) -> seen.add(inFlight()))
			.onErrorComplete()
			.blockLast(SOON);
		limited(Flux.empty()).doOnComplete(() -> seen.add(inFlight())).blockLast(SOON);
		assertThat(seen).containsExactly(0, 0, 0);
	}

	@Test
	void cancelInFlightCancelsTheReplyAndFreesTheSlot() {
		TestPublisher<ReplyPart> reply = TestPublisher.create();
		StepVerifier.create(limited(reply.flux()))
			.then(() -> reply.next(PART))
			.expectNext(PART)
			.thenCancel()
			.verify(SOON);
		reply.assertCancelled();
		assertThat(inFlight()).isZero();
	}

	@Test
	void cancelInTheQueueLeavesItAndAsksNobody() {
		TestPublisher<ReplyPart> first = TestPublisher.create();
		TestPublisher<ReplyPart> second = TestPublisher.create();
		limited(first.flux()).subscribe();
		limited(second.flux()).subscribe().dispose();
		assertThat(this.limiter.snapshot().waiting()).isZero();
		first.complete();
		second.assertWasNotSubscribed();
		assertThat(inFlight()).isZero();
	}

	@Test
	void cancelWhileTheReplyIsBeingSubscribedToFreesTheSlotOnceItIsCancelled() {
		List<Integer> atCancel = new ArrayList<>();
		BaseSubscriber<ReplyPart> caller = new BaseSubscriber<>() {
		};
		TestPublisher<ReplyPart> reply = TestPublisher.create();
		limited(Flux.defer(() -> {
			caller.cancel();
			atCancel.add(inFlight());
			return reply.flux();
		})).subscribe(caller);
		assertThat(atCancel).containsExactly(1);
		reply.assertCancelled();
		assertThat(inFlight()).isZero();
	}

	@Test
	void aRefusalForTheLimitIsUnseenAndDemandSurvivesIt() {
		AtomicInteger tries = new AtomicInteger();
		List<Long> requests = new ArrayList<>();
		Flux<ReplyPart> reply = Flux.defer(() -> (tries.incrementAndGet() < 3) ? Flux.<ReplyPart>error(TOO_MANY)
				: Flux.just(PART, PART, PART, PART).doOnRequest(requests::add));
		StepVerifier.create(limited(reply), 1)
			.thenRequest(1)
			.then(() -> this.timer.advanceTimeBy(SOON))
			.expectNext(PART, PART)
			.thenRequest(2)
			.expectNext(PART, PART)
			.expectComplete()
			.verify(SOON);
		assertThat(tries).hasValue(3);
		assertThat(requests).containsExactly(2L, 2L);
		assertThat(inFlight()).isZero();
	}

	@Test
	void aRefusalAfterTheFirstPartIsAnError() {
		StepVerifier.create(limited(Flux.just(PART).concatWith(Flux.error(TOO_MANY))))
			.expectNext(PART)
			.expectErrorSatisfies((error) -> assertThat(error).isSameAs(TOO_MANY))
			.verify(SOON);
		assertThat(inFlight()).isZero();
	}

	@Test
	void whenPatienceEndsAfterARefusalTheCallerGetsTheErrorOfTheService() {
		CallOptions options = CallOptions.defaults().withDeadline(Duration.ofSeconds(10));
		List<Throwable> errors = new ArrayList<>();
		AtomicInteger tries = new AtomicInteger();
		new LimitedFlux(Flux.defer(() -> {
			tries.incrementAndGet();
			return Flux.error(TOO_MANY);
		}), this.limiter, options, 1).subscribe((part) -> {
		}, errors::add);
		for (int i = 0; i < 950; i++) {
			this.timer.advanceTimeBy(Duration.ofMillis(10));
		}
		assertThat(tries.get()).isGreaterThan(3);
		assertThat(errors).singleElement().isInstanceOfSatisfying(ElevenLabsException.class, (error) -> {
			assertThat(error.getKind()).isEqualTo(ErrorKind.CONCURRENCY);
			assertThat(error.getRetryAfter()).isPositive();
			assertThat(error).hasMessage(TOO_MANY.getMessage());
		});
		assertThat(this.limiter.snapshot().waiting()).isZero();
		assertThat(inFlight()).isZero();
	}

	@Test
	void aCallWaitsNoLongerThanWhatIsLeftOfIt() {
		CallProgress progress = new CallProgress();
		progress.endsAt(now() + Duration.ofSeconds(10).toNanos());
		limited(Flux.never()).subscribe();
		this.timer.advanceTimeBy(Duration.ofSeconds(6));
		List<Throwable> errors = new ArrayList<>();
		CallOptions options = CallOptions.defaults().withDeadline(Duration.ofSeconds(10));
		new LimitedFlux(Flux.never(), this.limiter, options, 1)
			.contextWrite((context) -> context.put(CallProgress.class, progress))
			.subscribe((part) -> {
			}, errors::add);
		this.timer.advanceTimeBy(Duration.ofMillis(3799));
		assertThat(errors).isEmpty();
		this.timer.advanceTimeBy(Duration.ofMillis(1));
		assertThat(errors).singleElement()
			.isInstanceOfSatisfying(ElevenLabsException.class,
					(error) -> assertThat(error.getKind()).isEqualTo(ErrorKind.QUEUE_TIMEOUT));
	}

	@Test
	void aCallThatCannotHaveItsTurnInWhatIsLeftIsRefusedAtOnce() {
		TestPublisher<ReplyPart> first = TestPublisher.create();
		limited(first.flux()).subscribe();
		this.timer.advanceTimeBy(Duration.ofSeconds(5));
		first.complete();
		limited(Flux.never()).subscribe();
		CallProgress progress = new CallProgress();
		progress.endsAt(now() + Duration.ofSeconds(4).toNanos());
		StepVerifier.create(limited(Flux.never()).contextWrite((context) -> context.put(CallProgress.class, progress)))
			.expectErrorSatisfies((error) -> assertThat(((ElevenLabsException) error).getRetryAfter())
				.isEqualTo(Duration.ofSeconds(5)))
			.verify(SOON);
	}

	@Test
	void tellsTheCallHowLongItHasWaited() {
		TestPublisher<ReplyPart> first = TestPublisher.create();
		TestPublisher<ReplyPart> second = TestPublisher.create();
		CallProgress unhindered = new CallProgress();
		CallProgress delayed = new CallProgress();
		AtomicInteger tries = new AtomicInteger();
		limited(first.flux()).contextWrite((context) -> context.put(CallProgress.class, unhindered)).subscribe();
		limited(Flux.defer(() -> (tries.incrementAndGet() == 1) ? second.flux() : Flux.just(PART)))
			.contextWrite((context) -> context.put(CallProgress.class, delayed))
			.subscribe();
		this.timer.advanceTimeBy(Duration.ofSeconds(3));
		first.complete();
		assertThat(unhindered.delivery().queueWait()).isZero();
		assertThat(delayed.delivery().queueWait()).isEqualTo(Duration.ofSeconds(3));
		this.timer.advanceTimeBy(Duration.ofSeconds(4));
		second.error(TOO_MANY);
		this.timer.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(tries).hasValue(2);
		assertThat(delayed.delivery().queueWait()).isBetween(Duration.ofMillis(3025), Duration.ofMillis(3051));
	}

	@Test
	void learnsTheLimitThatTheRefusalNames() {
		LocalConcurrencyLimiter large = new LocalConcurrencyLimiter("TEST", new AdaptiveLimit(10, false, 0),
				LimiterSettings.defaults(), this.timer);
		ElevenLabsApiException three = new ElevenLabsApiException(ErrorKind.CONCURRENCY, "Too many.",
				new Details(429, null, null, null, null, 0, 3));
		for (int i = 0; i < 3; i++) {
			new LimitedFlux(Flux.never(), large, CallOptions.defaults(), 1).subscribe();
		}
		new LimitedFlux(Flux.error(three), large, CallOptions.defaults(), 1).subscribe();
		assertThat(large.snapshot().limit()).isEqualTo(3);
		assertThat(large.snapshot().learnedLimit()).isEqualTo(3);
	}

	@Test
	void aReplyThatThrowsOnSubscriptionFreesTheSlot() {
		Flux<ReplyPart> broken = new Flux<>() {

			@Override
			public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
				throw new IllegalStateException("Thrown on purpose");
			}

		};
		StepVerifier.create(limited(broken)).expectErrorMessage("Thrown on purpose").verify(SOON);
		assertThat(inFlight()).isZero();
	}

	@Test
	void aReplyThatThrowsAfterACancelFreesTheSlot() {
		BaseSubscriber<ReplyPart> caller = new BaseSubscriber<>() {
		};
		Flux<ReplyPart> broken = new Flux<>() {

			@Override
			public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
				caller.cancel();
				throw new IllegalStateException("Thrown on purpose");
			}

		};
		limited(broken).subscribe(caller);
		assertThat(inFlight()).isZero();
	}

	@Test
	void aListenerThatThrowsEndsTheCallWithItsError() {
		List<Throwable> errors = new ArrayList<>();
		CoreSubscriber<ReplyPart> caller = new BaseSubscriber<>() {

			@Override
			public Context currentContext() {
				return QueueTicket.listener((ticket) -> {
					throw new IllegalStateException("Thrown on purpose");
				}).apply(Context.empty());
			}

			@Override
			protected void hookOnError(Throwable error) {
				errors.add(error);
			}

		};
		limited(Flux.just(PART)).subscribe(caller);
		assertThat(errors).singleElement().isInstanceOf(IllegalStateException.class);
		assertThat(inFlight()).isZero();
	}

	@Test
	void aSubscriberThatThrowsDoesNotKeepTheOthersFromTheirEnd() {
		TestPublisher<ReplyPart> running = TestPublisher.create();
		List<Throwable> errors = new ArrayList<>();
		limited(running.flux()).subscribe();
		limited(Flux.never()).subscribe(new Throwing());
		limited(Flux.never()).subscribe((part) -> {
		}, errors::add);
		this.limiter.refuseWaiting();
		assertThat(errors).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aSubscriberThatThrowsAtItsTurnDoesNotKeepTheCallBeforeItFromItsEnd(boolean served) {
		TestPublisher<ReplyPart> running = TestPublisher.create();
		List<SignalType> ends = new ArrayList<>();
		limited(running.flux()).onErrorComplete().doFinally(ends::add).subscribe();
		Flux<ReplyPart> broken = Flux.defer(() -> {
			throw new LinkageError("Thrown on purpose");
		});
		limited(broken).subscribe(new Throwing());
		try {
			if (served) {
				running.complete();
			}
			else {
				running.error(new IllegalStateException());
			}
		}
		catch (LinkageError ex) {
			assertThat(ex).hasMessage("Thrown on purpose");
		}
		assertThat(ends).containsExactly(SignalType.ON_COMPLETE);
		assertThat(inFlight()).isZero();
	}

	@Test
	void tellsWhereACallStands() {
		List<QueueTicket> tickets = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			limited(Flux.never()).contextWrite(QueueTicket.listener(tickets::add)).subscribe();
		}
		assertThat(tickets).extracting((ticket) -> ticket.position().ahead()).containsExactly(0, 0, 1);
	}

	@Test
	void manyWaitingRepliesThatEndAtOncePileUpNoFrames() {
		LimiterSettings settings = new LimiterSettings(0, true, 100_000, Duration.ofSeconds(30), Duration.ZERO,
				LimiterSettings.defaults().guaranteedShares(), null);
		LocalConcurrencyLimiter large = new LocalConcurrencyLimiter("TEST", new AdaptiveLimit(1, false, 0), settings,
				this.timer);
		TestPublisher<ReplyPart> first = TestPublisher.create();
		AtomicInteger completed = new AtomicInteger();
		new LimitedFlux(first.flux(), large, CallOptions.defaults(), 1).subscribe();
		for (int i = 0; i < 100_000; i++) {
			new LimitedFlux(Flux.just(PART), large, CallOptions.defaults(), 1).subscribe((part) -> {
			}, (error) -> {
			}, completed::incrementAndGet);
		}
		first.complete();
		assertThat(completed).hasValue(100_000);
		assertThat(large.snapshot().inFlight()).isZero();
	}

	/**
	 * Cannot stand to hear of an error.
	 */
	private static final class Throwing implements CoreSubscriber<ReplyPart> {

		@Override
		public void onSubscribe(Subscription subscription) {
			subscription.request(Long.MAX_VALUE);
		}

		@Override
		public void onNext(ReplyPart part) {
		}

		@Override
		public void onError(Throwable error) {
			throw new IllegalStateException("Thrown by the subscriber");
		}

		@Override
		public void onComplete() {
		}

	}

	private LimitedFlux limited(Flux<ReplyPart> reply) {
		return new LimitedFlux(reply, this.limiter, CallOptions.defaults(), 1);
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
	}

	private int inFlight() {
		return this.limiter.snapshot().inFlight();
	}

}
