package io.github.elevenspring.limiter;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.limiter.ConcurrencyLimiter.CallEnd;
import io.github.elevenspring.limiter.LimiterSettings.Rate;
import io.github.elevenspring.model.Priority;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of {@link LocalConcurrencyLimiter}.
 */
class LocalConcurrencyLimiterTests {

	private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();

	@Test
	void grantsUpToTheLimitAndThenInTurn() {
		LocalConcurrencyLimiter limiter = limiter(2, 10);
		List<TestWaiter> waiters = enter(limiter, 4);
		assertThat(waiters).extracting((waiter) -> waiter.grants).containsExactly(1, 1, 0, 0);
		assertThat(limiter.snapshot().inFlight()).isEqualTo(2);
		assertThat(limiter.snapshot().waiting()).isEqualTo(2);
		limiter.release(waiters.get(1), CallEnd.SERVED);
		assertThat(waiters).extracting((waiter) -> waiter.grants).containsExactly(1, 1, 1, 0);
		limiter.release(waiters.get(0), CallEnd.UNCLEAR);
		limiter.release(waiters.get(2), CallEnd.SERVED);
		limiter.release(waiters.get(3), CallEnd.SERVED);
		atRest(limiter);
	}

	@Test
	void refusesWhenTheQueueIsFull() {
		LocalConcurrencyLimiter limiter = limiter(1, 1);
		hold(limiter, Duration.ofSeconds(2));
		List<TestWaiter> waiters = enter(limiter, 3);
		refused(waiters.get(2), ErrorKind.QUEUE_FULL, Duration.ofSeconds(4));
		assertThat(waiters.get(1).refusal).isNull();
	}

	@Test
	void givesThePlaceOfTheLeastUrgentInAFullQueueToAMoreUrgentOne() {
		LocalConcurrencyLimiter limiter = limiter(1, 3);
		TestWaiter running = enter(limiter, 1).get(0);
		TestWaiter older = new TestWaiter(Priority.BATCH, "", 1);
		TestWaiter normal = new TestWaiter(Priority.NORMAL, "", 1);
		TestWaiter younger = new TestWaiter(Priority.BATCH, "", 1);
		List.of(older, normal, younger).forEach(limiter::enter);
		TestWaiter urgent = new TestWaiter(Priority.INTERACTIVE, "", 1);
		limiter.enter(urgent);
		assertThat(younger.refusal).isInstanceOfSatisfying(ElevenLabsException.class,
				(error) -> assertThat(error.getKind()).isEqualTo(ErrorKind.QUEUE_FULL));
		assertThat(limiter.snapshot().waiting()).isEqualTo(3);
		TestWaiter equal = new TestWaiter(Priority.BATCH, "", 1);
		limiter.enter(equal);
		assertThat(equal.refusal).isNotNull();
		assertThat(older.refusal).isNull();
		for (TestWaiter served : List.of(running, urgent, normal, older)) {
			assertThat(served.grants).isEqualTo(1);
			limiter.release(served, CallEnd.SERVED);
		}
		atRest(limiter);
	}

	@Test
	void aQueueOfNoPlacesStillGrantsFreeSlots() {
		Rate rate = new Rate(Rate.Algorithm.TOKEN_BUCKET, 2, Duration.ofSeconds(2));
		LocalConcurrencyLimiter limiter = limiter(5, 0, rate);
		List<TestWaiter> waiters = enter(limiter, 3);
		assertThat(waiters).extracting((waiter) -> waiter.grants).containsExactly(1, 1, 0);
		refused(waiters.get(2), ErrorKind.QUEUE_FULL, Duration.ofSeconds(1));
	}

	@Test
	void refusesAtOnceWhatCannotMakeItsDeadline() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		hold(limiter, Duration.ofSeconds(2));
		List<TestWaiter> waiters = enter(limiter, 3);
		TestWaiter hurried = new TestWaiter().patience(Duration.ofSeconds(5));
		limiter.enter(hurried);
		refused(hurried, ErrorKind.QUEUE_TIMEOUT, Duration.ofSeconds(6));
		TestWaiter patient = new TestWaiter(Priority.INTERACTIVE, "", 1).patience(Duration.ofSeconds(5));
		limiter.enter(patient);
		assertThat(patient.refusal).isNull();
		assertThat(limiter.position(patient)).isEqualTo(new QueuePosition(0, Duration.ofSeconds(2)));
		assertThat(limiter.position(waiters.get(2))).isEqualTo(new QueuePosition(2, Duration.ofSeconds(6)));
	}

	@Test
	void refusesAtOnceEvenIfNobodyElseWaits() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		hold(limiter, Duration.ofSeconds(2));
		enter(limiter, 1);
		TestWaiter hurried = new TestWaiter().patience(Duration.ofSeconds(1));
		limiter.enter(hurried);
		refused(hurried, ErrorKind.QUEUE_TIMEOUT, Duration.ofSeconds(2));
	}

	@Test
	void refusesWhoHasWaitedTooLong() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		List<TestWaiter> waiters = enter(limiter, 2);
		this.timer.advanceTimeBy(Duration.ofMillis(29_999));
		assertThat(waiters.get(1).refusal).isNull();
		assertThat(limiter.snapshot().oldestWait()).isEqualTo(Duration.ofMillis(29_999));
		this.timer.advanceTimeBy(Duration.ofMillis(1));
		refused(waiters.get(1), ErrorKind.QUEUE_TIMEOUT, Duration.ofSeconds(30));
		limiter.release(waiters.get(0), CallEnd.SERVED);
		atRest(limiter);
	}

	@Test
	void whoIsGrantedOrLeavesIsNotRefusedLater() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		List<TestWaiter> waiters = enter(limiter, 4);
		limiter.release(waiters.get(0), CallEnd.SERVED);
		limiter.leave(waiters.get(2));
		this.timer.advanceTimeBy(Duration.ofSeconds(60));
		assertThat(waiters).extracting((waiter) -> waiter.refusal == null).containsExactly(true, true, true, false);
		limiter.release(waiters.get(1), CallEnd.SERVED);
		atRest(limiter);
	}

	@Test
	void eachIsRefusedAtTheEndOfItsOwnPatience() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		enter(limiter, 1);
		List<TestWaiter> waiters = new ArrayList<>();
		for (int millis : new int[] { 4096, 7, 29_000, 4097, 64, 1 }) {
			TestWaiter waiter = new TestWaiter().patience(Duration.ofMillis(millis));
			waiters.add(waiter);
			limiter.enter(waiter);
		}
		waiters.sort(Comparator.comparing((TestWaiter waiter) -> waiter.patience));
		for (TestWaiter waiter : waiters) {
			Duration patience = Duration.ofNanos(waiter.patience);
			this.timer.advanceTimeTo(Instant.EPOCH.plus(patience.minusNanos(1)));
			assertThat(waiter.refusal).isNull();
			this.timer.advanceTimeTo(Instant.EPOCH.plus(patience));
			refused(waiter, ErrorKind.QUEUE_TIMEOUT, patience);
		}
	}

	@Test
	void aLongWaitWakesTheTimerAFewTimesOnly() {
		LocalConcurrencyLimiter limiter = limiter(1, 1000);
		enter(limiter, 1000);
		for (int i = 0; i < 30_000; i++) {
			this.timer.advanceTimeBy(Duration.ofMillis(1));
		}
		assertThat(limiter.snapshot().waiting()).isZero();
		assertThat(this.timer.getScheduledTaskCount()).isLessThan(6);
	}

	@Test
	void nothingIsScheduledWhileNobodyWaits() {
		HandTimer timer = new HandTimer();
		LocalConcurrencyLimiter limiter = new LocalConcurrencyLimiter("TEST", new AdaptiveLimit(1, false, 0),
				LimiterSettings.defaults(), timer);
		List<TestWaiter> waiters = enter(limiter, 1);
		assertThat(timer.scheduled()).isZero();
		waiters.addAll(enter(limiter, 3));
		assertThat(timer.scheduled()).isEqualTo(1);
		limiter.leave(waiters.get(3));
		limiter.release(waiters.get(0), CallEnd.SERVED);
		assertThat(timer.scheduled()).isEqualTo(1);
		limiter.release(waiters.get(1), CallEnd.SERVED);
		assertThat(timer.scheduled()).isZero();
		enter(limiter, 2);
		assertThat(timer.scheduled()).isEqualTo(1);
		limiter.refuseWaiting();
		assertThat(timer.scheduled()).isZero();
	}

	@Test
	void whoLeavesMakesRoomForTheNext() {
		LocalConcurrencyLimiter limiter = limiter(2, 100);
		TestWaiter light = enter(limiter, 1).get(0);
		TestWaiter heavy = new TestWaiter(Priority.NORMAL, "", 2);
		limiter.enter(heavy);
		TestWaiter next = enter(limiter, 1).get(0);
		assertThat(next.grants).isZero();
		limiter.leave(heavy);
		limiter.leave(heavy);
		assertThat(heavy.grants).isZero();
		assertThat(next.grants).isEqualTo(1);
		limiter.release(light, CallEnd.SERVED);
		limiter.release(next, CallEnd.SERVED);
		atRest(limiter);
	}

	@Test
	void aPermitNobodyWantsGoesToTheNext() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		List<TestWaiter> waiters = enter(limiter, 3);
		waiters.get(1).wanted = false;
		limiter.release(waiters.get(0), CallEnd.SERVED);
		assertThat(waiters.get(2).grants).isEqualTo(1);
		limiter.release(waiters.get(2), CallEnd.SERVED);
		atRest(limiter);
	}

	@Test
	void aHeavyCallIsNotStarvedAndNeedsNoMoreThanTheLimit() {
		LocalConcurrencyLimiter limiter = limiter(3, 100);
		List<TestWaiter> light = enter(limiter, 3);
		TestWaiter heavy = new TestWaiter(Priority.NORMAL, "", 4);
		limiter.enter(heavy);
		List<TestWaiter> later = enter(limiter, 5);
		limiter.release(light.get(0), CallEnd.SERVED);
		limiter.release(light.get(1), CallEnd.SERVED);
		assertThat(heavy.grants).isZero();
		assertThat(later).allMatch((waiter) -> waiter.grants == 0);
		limiter.release(light.get(2), CallEnd.SERVED);
		assertThat(heavy.grants).isEqualTo(1);
		assertThat(limiter.snapshot().inFlight()).isEqualTo(3);
		limiter.limit(5);
		assertThat(later).filteredOn((waiter) -> waiter.grants == 1).hasSize(2);
		limiter.release(heavy, CallEnd.SERVED);
		assertThat(later).allMatch((waiter) -> waiter.grants == 1);
	}

	@Test
	void aRaiseWakesAtOnceAndALowerLimitDropsNothing() {
		LocalConcurrencyLimiter limiter = limiter(2, 100);
		List<TestWaiter> waiters = enter(limiter, 6);
		limiter.limit(4);
		assertThat(waiters).extracting((waiter) -> waiter.grants).containsExactly(1, 1, 1, 1, 0, 0);
		limiter.limit(1);
		assertThat(limiter.snapshot().inFlight()).isEqualTo(4);
		for (int i = 0; i < 3; i++) {
			limiter.release(waiters.get(i), CallEnd.SERVED);
			assertThat(waiters.get(4).grants).isZero();
		}
		limiter.release(waiters.get(3), CallEnd.SERVED);
		assertThat(waiters).extracting((waiter) -> waiter.grants).containsExactly(1, 1, 1, 1, 1, 0);
	}

	@ParameterizedTest
	@EnumSource(Rate.Algorithm.class)
	void theRateIsUsedFullyAndNeverExceeded(Rate.Algorithm algorithm) {
		LocalConcurrencyLimiter limiter = limiter(1000, 1000, new Rate(algorithm, 10, Duration.ofSeconds(1)));
		List<Long> begun = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			TestWaiter waiter = new TestWaiter();
			waiter.whenGranted = () -> begun.add(this.timer.now(TimeUnit.MILLISECONDS));
			limiter.enter(waiter);
		}
		assertThat(limiter.snapshot().expectedWait()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
		for (int i = 0; i < 2000; i++) {
			this.timer.advanceTimeBy(Duration.ofMillis(5));
		}
		assertThat(begun).hasSize(100);
		assertThat(begun.get(99)).isBetween(8900L, 9010L);
		int most = (algorithm == Rate.Algorithm.SLIDING_WINDOW) ? 10 : 20;
		for (int i = 0; i + most < begun.size(); i++) {
			assertThat(begun.get(i + most) - begun.get(i)).isGreaterThanOrEqualTo(995);
		}
	}

	@Test
	void aCallTheServiceDidNotHonourGoesFirstAfterAPause() {
		LocalConcurrencyLimiter limiter = limiter(2, 100);
		List<TestWaiter> waiters = enter(limiter, 4);
		limiter.refusedByService(waiters.get(1), 0);
		assertThat(waiters).extracting((waiter) -> waiter.grants).containsExactly(1, 1, 0, 0);
		assertThat(limiter.snapshot().limit()).isEqualTo(1);
		limiter.release(waiters.get(0), CallEnd.UNCLEAR);
		this.timer.advanceTimeBy(Duration.ofMillis(50));
		assertThat(waiters).extracting((waiter) -> waiter.grants).containsExactly(1, 2, 0, 0);
		limiter.release(waiters.get(1), CallEnd.SERVED);
		assertThat(waiters).extracting((waiter) -> waiter.grants).containsExactly(1, 2, 1, 0);
	}

	@Test
	void aBurstOfRefusalsIsOnePause() {
		LocalConcurrencyLimiter limiter = limiter(20, 100);
		List<TestWaiter> waiters = enter(limiter, 20);
		waiters.forEach((waiter) -> limiter.refusedByService(waiter, 0));
		this.timer.advanceTimeBy(Duration.ofMillis(50));
		assertThat(limiter.snapshot().inFlight()).isEqualTo(limiter.snapshot().limit()).isPositive();
	}

	@Test
	void aPauseIsForgottenWithWhoWaitedForIt() {
		LocalConcurrencyLimiter limiter = limiter(1, 0);
		TestWaiter refused = enter(limiter, 1).get(0);
		limiter.refusedByService(refused, 0);
		limiter.leave(refused);
		this.timer.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(enter(limiter, 1).get(0).grants).isEqualTo(1);
	}

	@Test
	void patienceCountsFromTheFirstEntry() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		TestWaiter waiter = new TestWaiter().patience(Duration.ofSeconds(10));
		limiter.enter(waiter);
		this.timer.advanceTimeBy(Duration.ofSeconds(8));
		limiter.refusedByService(waiter, 0);
		assertThat(waiter.refusal).isNull();
		limiter.limit(1);
		TestWaiter thief = new TestWaiter(Priority.INTERACTIVE, "", 1);
		limiter.enter(thief);
		this.timer.advanceTimeBy(Duration.ofMillis(1999));
		assertThat(waiter.refusal).isNull();
		this.timer.advanceTimeBy(Duration.ofMillis(1));
		refused(waiter, ErrorKind.QUEUE_TIMEOUT, null);
	}

	@Test
	void whoHasNoPatienceLeftIsRefusedAtOnce() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		TestWaiter waiter = new TestWaiter().patience(Duration.ofSeconds(10));
		limiter.enter(waiter);
		this.timer.advanceTimeBy(Duration.ofSeconds(11));
		limiter.refusedByService(waiter, 0);
		refused(waiter, ErrorKind.QUEUE_TIMEOUT, null);
		atRest(limiter);
	}

	@Test
	void afterTheCloseWhoWaitsDrainsAndThenTheRestIsRefused() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		List<TestWaiter> waiters = enter(limiter, 3);
		limiter.close();
		TestWaiter late = enter(limiter, 1).get(0);
		refused(late, ErrorKind.SHUTDOWN, null);
		limiter.release(waiters.get(0), CallEnd.SERVED);
		assertThat(waiters.get(1).grants).isEqualTo(1);
		limiter.refuseWaiting();
		refused(waiters.get(2), ErrorKind.SHUTDOWN, null);
		limiter.refusedByService(waiters.get(1), 0);
		refused(waiters.get(1), ErrorKind.SHUTDOWN, null);
		atRest(limiter);
	}

	@Test
	void whatItOpensAgainTakesCallsBackIntoTheQueue() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		limiter.close();
		limiter.refuseWaiting();
		limiter.open();
		TestWaiter waiter = enter(limiter, 1).get(0);
		limiter.refusedByService(waiter, 0);
		assertThat(waiter.refusal).isNull();
		this.timer.advanceTimeBy(Duration.ofMillis(50));
		assertThat(waiter.grants).isEqualTo(2);
	}

	@Test
	void aPlanDoesNotReplaceALimitThatWasSet() {
		LocalConcurrencyLimiter limiter = limiter(2, 100);
		limiter.plan(5);
		assertThat(limiter.snapshot().limit()).isEqualTo(5);
		limiter.limit(3);
		limiter.plan(15);
		assertThat(limiter.snapshot().limit()).isEqualTo(3);
		assertThat(limiter.snapshot().configuredLimit()).isEqualTo(3);
	}

	@Test
	void oneWhoThrowsDoesNotStopTheOthers() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		List<TestWaiter> waiters = enter(limiter, 3);
		waiters.get(1).whenGranted = () -> {
			limiter.release(waiters.get(1), CallEnd.UNCLEAR);
			throw new IllegalStateException("Thrown on purpose");
		};
		assertThatIllegalStateException().isThrownBy(() -> limiter.release(waiters.get(0), CallEnd.SERVED));
		this.timer.advanceTime();
		assertThat(waiters.get(2).grants).isEqualTo(1);
	}

	@Test
	void oneWhoThrowsWhenRefusedDoesNotSaveTheOthers() {
		LocalConcurrencyLimiter limiter = limiter(1, 100);
		enter(limiter, 1);
		limiter.enter(new TestWaiter() {

			@Override
			void refused(ElevenLabsException refusal) {
				throw new IllegalStateException("Thrown on purpose");
			}

		});
		List<TestWaiter> others = enter(limiter, 2);
		Duration patience = LimiterSettings.defaults().maxWait();
		for (int i = 0; i < 2; i++) {
			try {
				this.timer.advanceTimeBy(patience);
			}
			catch (IllegalStateException ex) {
				assertThat(ex).hasMessage("Thrown on purpose");
			}
		}
		assertThat(others).allMatch((other) -> other.refusal != null);
	}

	@Test
	void manyWaitingCallsThatEndAtOncePileUpNoFrames() {
		LocalConcurrencyLimiter limiter = limiter(1, 200_000);
		TestWaiter first = enter(limiter, 1).get(0);
		int[] served = new int[1];
		for (int i = 0; i < 100_000; i++) {
			TestWaiter waiter = new TestWaiter(Priority.NORMAL, "tenant" + i % 1000, 1);
			waiter.whenGranted = () -> {
				served[0]++;
				limiter.release(waiter, CallEnd.SERVED);
			};
			limiter.enter(waiter);
		}
		limiter.release(first, CallEnd.SERVED);
		assertThat(served[0]).isEqualTo(100_000);
		atRest(limiter);
	}

	private LocalConcurrencyLimiter limiter(int limit, int capacity) {
		return limiter(limit, capacity, null);
	}

	private LocalConcurrencyLimiter limiter(int limit, int capacity, @Nullable Rate rate) {
		LimiterSettings settings = new LimiterSettings(0, true, capacity, Duration.ofSeconds(30),
				Duration.ofSeconds(30), Map.of(Priority.NORMAL, 0.2, Priority.BATCH, 0.1), rate);
		return new LocalConcurrencyLimiter("TEST", new AdaptiveLimit(limit, false, 0), settings, this.timer);
	}

	private static List<TestWaiter> enter(LocalConcurrencyLimiter limiter, int count) {
		List<TestWaiter> waiters = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			TestWaiter waiter = new TestWaiter();
			waiters.add(waiter);
			limiter.enter(waiter);
		}
		return waiters;
	}

	/**
	 * Let one call run, so that the limiter knows how long a call takes.
	 */
	private void hold(LocalConcurrencyLimiter limiter, Duration time) {
		TestWaiter waiter = enter(limiter, 1).get(0);
		this.timer.advanceTimeBy(time);
		limiter.release(waiter, CallEnd.SERVED);
	}

	private static void refused(TestWaiter waiter, ErrorKind kind, @Nullable Duration retryAfter) {
		assertThat(waiter.refusal).isNotNull();
		assertThat(waiter.refusal.getKind()).isEqualTo(kind);
		if (retryAfter != null) {
			assertThat(waiter.refusal.getRetryAfter()).isBetween(retryAfter.minusMillis(1), retryAfter.plusMillis(1));
		}
	}

	private static void atRest(LocalConcurrencyLimiter limiter) {
		LimiterSnapshot snapshot = limiter.snapshot();
		assertThat(snapshot.inFlight()).isZero();
		assertThat(snapshot.waiting()).isZero();
		assertThat(snapshot.tenants()).isZero();
		assertThat(snapshot.expectedWait()).isZero();
		assertThat(snapshot.oldestWait()).isZero();
	}

}
