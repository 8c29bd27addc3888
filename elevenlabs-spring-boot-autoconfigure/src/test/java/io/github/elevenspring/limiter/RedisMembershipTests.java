package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The states of a membership, in virtual time.
 */
class RedisMembershipTests {

	private static final Duration LEASE = Duration.ofSeconds(5);

	private static final Duration RENEWAL = LEASE.dividedBy(5);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final FakeMember member = new FakeMember();

	private final Object lock = new Object();

	private final RedisMembership membership = new RedisMembership(this.lock, this.member, LEASE, this.time);

	@Test
	void joinsAtOnceWhenRedisAnswers() {
		this.membership.start();
		assertThat(this.membership.isShared()).isTrue();
		assertThat(this.member.events).containsExactly("handOver", "joined");
	}

	@Test
	void renewsWhileItShares() {
		this.membership.start();
		this.member.reports = 0;
		pass(RENEWAL.multipliedBy(10));
		assertThat(this.member.reports).isBetween(7, 10);
	}

	@ParameterizedTest
	@EnumSource
	void goesAloneAndComesBackWhateverHappens(Trouble trouble) {
		this.membership.start();
		this.member.trouble = trouble;
		this.membership.lost(0, new IllegalStateException());
		pass(Duration.ofMinutes(1));
		assertThat(this.membership.isAlone()).isTrue();
		this.member.trouble = null;
		pass(Duration.ofSeconds(10));
		assertThat(this.membership.isShared()).isTrue();
		assertThat(this.member.events).startsWith("handOver", "joined", "disconnected", "cutOff")
			.endsWith("handOver", "joined");
	}

	@ParameterizedTest
	@EnumSource(names = "REPORT.*", mode = EnumSource.Mode.MATCH_ALL)
	void renewalThatFailsCutsOff(Trouble trouble) {
		this.membership.start();
		this.member.trouble = trouble;
		pass(LEASE.multipliedBy(2));
		assertThat(this.membership.isAlone()).isTrue();
	}

	@ParameterizedTest
	@EnumSource
	void beginsAloneAndComesBackWhateverHappens(Trouble trouble) {
		this.member.trouble = trouble;
		this.membership.start();
		pass(Duration.ofSeconds(3));
		assertThat(this.membership.isAlone()).isTrue();
		pass(Duration.ofMinutes(1));
		this.member.trouble = null;
		pass(Duration.ofSeconds(10));
		assertThat(this.membership.isShared()).isTrue();
	}

	@Test
	void comesBackAfterRedisHasAnsweredForAWhile() {
		this.membership.start();
		this.membership.lost(0, new IllegalStateException());
		pass(Duration.ofMillis(1000));
		assertThat(this.membership.isAlone()).isTrue();
		pass(Duration.ofMillis(500));
		assertThat(this.membership.isShared()).isTrue();
	}

	@Test
	void beginsToCountAnewWhenACommandFailsMeanwhile() {
		this.membership.start();
		this.membership.lost(0, new IllegalStateException());
		pass(Duration.ofMillis(900));
		this.member.trouble = Trouble.REPORT_FAILS;
		pass(Duration.ofMillis(200));
		this.member.trouble = null;
		pass(Duration.ofMillis(900));
		assertThat(this.membership.isAlone()).isTrue();
		pass(Duration.ofMillis(600));
		assertThat(this.membership.isShared()).isTrue();
	}

	@Test
	void commandThatWasSentBeforeTheLastCutOffSaysNothing() {
		this.membership.start();
		int before = this.membership.term();
		this.membership.lost(before, new IllegalStateException());
		pass(Duration.ofSeconds(2));
		assertThat(this.membership.isShared()).isTrue();
		this.membership.lost(before, new IllegalStateException());
		assertThat(this.membership.isShared()).isTrue();
		this.membership.lost(this.membership.term(), new IllegalStateException());
		assertThat(this.membership.isAlone()).isTrue();
	}

	@Test
	void answerThatComesAfterTheCutOffDoesNotJoin() {
		Sinks.One<String> answer = Sinks.one();
		this.member.answer = answer::asMono;
		this.membership.start();
		this.membership.lost(0, new IllegalStateException());
		answer.tryEmitValue("late");
		assertThat(this.membership.isAlone()).isTrue();
		assertThat(this.member.events).containsExactly("disconnected", "cutOff");
	}

	@Test
	void doesNotComeBackWithoutHearingItself() {
		this.membership.start();
		this.membership.lost(0, new IllegalStateException());
		this.member.deaf = true;
		pass(Duration.ofSeconds(30));
		assertThat(this.membership.isAlone()).isTrue();
		assertThat(this.member.events).contains("subscriptionLost");
		this.member.deaf = false;
		pass(Duration.ofSeconds(5));
		assertThat(this.membership.isShared()).isTrue();
	}

	@Test
	void leasesAreRenewedWhileAMessageIsOnItsWay() {
		this.membership.start();
		this.member.deaf = true;
		this.member.reports = 0;
		pass(Duration.ofMillis(2900));
		assertThat(this.member.reports).isGreaterThanOrEqualTo(2);
		assertThat(this.membership.isShared()).isTrue();
		pass(Duration.ofMillis(1500));
		assertThat(this.membership.isAlone()).isTrue();
		assertThat(this.member.events).contains("subscriptionLost");
	}

	@Test
	void lostMessagesAreMissedBetweenRenewals() {
		Duration lease = Duration.ofSeconds(15);
		RedisMembership membership = new RedisMembership(this.lock, this.member, lease, this.time);
		membership.start();
		this.member.deaf = true;
		pass(Duration.ofMillis(5300));
		assertThat(membership.isAlone()).isTrue();
	}

	@Test
	void takesPartAgainAfterItStopped() {
		this.membership.start();
		this.membership.stop();
		this.membership.start();
		this.member.reports = 0;
		assertThat(this.membership.isShared()).isTrue();
		pass(RENEWAL.multipliedBy(10));
		assertThat(this.member.reports).isBetween(7, 10);
	}

	@Test
	void nothingHappensAfterItStopped() {
		this.membership.start();
		this.membership.stop();
		this.member.reports = 0;
		pass(Duration.ofMinutes(1));
		this.membership.lost(0, new IllegalStateException());
		assertThat(this.member.reports).isZero();
		assertThat(this.member.events).containsExactly("handOver", "joined");
	}

	private void pass(Duration time) {
		for (long millis = 0; millis < time.toMillis(); millis += 10) {
			this.time.advanceTimeBy(Duration.ofMillis(10));
		}
	}

	private enum Trouble {

		REACH_FAILS, REACH_NEVER_ENDS, REACH_THROWS, REPORT_FAILS, REPORT_NEVER_ENDS, REPORT_THROWS

	}

	private final class FakeMember implements RedisMembership.Member {

		private final List<String> events = new ArrayList<>();

		private volatile Trouble trouble;

		private Supplier<Mono<String>> answer = () -> Mono.just("answer");

		private boolean deaf;

		private int reports;

		@Override
		public Mono<?> reach() {
			return in(Trouble.REACH_FAILS, Trouble.REACH_NEVER_ENDS, Trouble.REACH_THROWS, Mono.empty());
		}

		@Override
		public Mono<?> configure() {
			return Mono.empty();
		}

		@Override
		public Mono<?> report(boolean alone) {
			assertThat(Thread.holdsLock(RedisMembershipTests.this.lock)).isFalse();
			this.reports++;
			return in(Trouble.REPORT_FAILS, Trouble.REPORT_NEVER_ENDS, Trouble.REPORT_THROWS,
					this.answer.get().doOnNext((answer) -> {
						if (!this.deaf) {
							RedisMembershipTests.this.membership.echoed();
						}
					}));
		}

		private Mono<?> in(Trouble fails, Trouble never, Trouble thrown, Mono<?> otherwise) {
			if (this.trouble == thrown) {
				throw new IllegalStateException("thrown");
			}
			return (this.trouble == fails) ? Mono.error(new IllegalStateException("failed"))
					: (this.trouble == never) ? Mono.never() : otherwise;
		}

		@Override
		public void disconnected() {
			assertThat(Thread.holdsLock(RedisMembershipTests.this.lock)).isTrue();
			this.events.add("disconnected");
		}

		@Override
		public void cutOff(Throwable cause) {
			assertThat(Thread.holdsLock(RedisMembershipTests.this.lock)).isFalse();
			this.events.add("cutOff");
		}

		@Override
		public void handOver() {
			assertThat(Thread.holdsLock(RedisMembershipTests.this.lock)).isTrue();
			this.events.add("handOver");
		}

		@Override
		public void joined() {
			assertThat(Thread.holdsLock(RedisMembershipTests.this.lock)).isFalse();
			this.events.add("joined");
		}

		@Override
		public void subscriptionLost() {
			assertThat(Thread.holdsLock(RedisMembershipTests.this.lock)).isFalse();
			this.events.add("subscriptionLost");
		}

	}

}
