package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Properties of {@link TimingWheel}, which is compared with a list of all ends. Its clock
 * may show anything, and overflow.
 */
class TimingWheelPropertyTests {

	private static final long TICK = Duration.ofMillis(1).toNanos();

	@Property(tries = 5000)
	void isNeverEarlyAndLateByLessThanATick(@ForAll long origin, @ForAll("steps") @Size(max = 200) List<Step> steps) {
		TimingWheel wheel = new TimingWheel(origin);
		Map<Waiter, Long> ends = new HashMap<>();
		List<Waiter> waiting = new ArrayList<>();
		long elapsed = 0;
		for (Step step : steps) {
			switch (step.kind) {
				case ADD -> {
					TestWaiter waiter = new TestWaiter();
					wheel.add(waiter, origin + elapsed, step.nanos);
					ends.put(waiter, elapsed + step.nanos);
					waiting.add(waiter);
				}
				case REMOVE -> {
					if (!waiting.isEmpty()) {
						Waiter waiter = waiting.remove((int) (step.nanos % waiting.size()));
						wheel.remove(waiter);
						ends.remove(waiter);
					}
				}
				case POLL -> {
					elapsed += step.nanos;
					for (Waiter due = wheel.poll(origin + elapsed); due != null; due = wheel.poll(origin + elapsed)) {
						assertThat(waiting.remove(due)).isTrue();
						assertThat(ends.remove(due)).isLessThanOrEqualTo(elapsed);
					}
					if (!waiting.isEmpty()) {
						assertThat(Collections.min(ends.values())).isGreaterThan(elapsed - TICK);
						assertThat(wheel.nextPoll() - origin).isGreaterThan(elapsed);
					}
				}
			}
			assertThat(wheel.isEmpty()).isEqualTo(waiting.isEmpty());
			if (!waiting.isEmpty()) {
				assertThat(wheel.nextPoll() - origin).isLessThan(Collections.min(ends.values()) + TICK);
			}
		}
	}

	@Property(tries = 1000)
	void findsWhoWaitsAfterAFewPolls(@ForAll("nanos") long before, @ForAll("nanos") long patience) {
		TimingWheel wheel = new TimingWheel(0);
		TestWaiter waiter = new TestWaiter();
		wheel.add(waiter, before, patience);
		int polls = 1;
		for (long now = wheel.nextPoll(); wheel.poll(now) != waiter; now = wheel.nextPoll()) {
			polls++;
		}
		assertThat(polls).isLessThanOrEqualTo(2 + (Long.SIZE - Long.numberOfLeadingZeros(patience / TICK)) / 6);
		assertThat(wheel.isEmpty()).isTrue();
	}

	@Example
	void endlessPatienceIsNotExceeded() {
		TimingWheel wheel = new TimingWheel(0);
		wheel.add(new TestWaiter(), 0, Long.MAX_VALUE);
		assertThat(wheel.poll(Duration.ofDays(36500).toNanos())).isNull();
	}

	@Example
	void whoHasNoPatienceIsDueAtOnce() {
		TimingWheel wheel = new TimingWheel(0);
		TestWaiter waiter = new TestWaiter();
		wheel.add(waiter, TICK, 0);
		assertThat(wheel.poll(TICK)).isSameAs(waiter);
	}

	@Provide
	Arbitrary<Long> nanos() {
		return Arbitraries.of(Duration.ofMillis(2), Duration.ofMillis(70), Duration.ofSeconds(30), Duration.ofDays(30))
			.flatMap((longest) -> Arbitraries.longs().between(0, longest.toNanos()));
	}

	@Provide
	Arbitrary<List<Step>> steps() {
		return Combinators.combine(Arbitraries.of(Kind.ADD, Kind.ADD, Kind.REMOVE, Kind.POLL), nanos())
			.as(Step::new)
			.list();
	}

	enum Kind {

		ADD, REMOVE, POLL

	}

	record Step(Kind kind, long nanos) {

	}

}
