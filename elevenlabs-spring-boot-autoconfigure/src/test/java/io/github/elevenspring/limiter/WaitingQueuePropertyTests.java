package io.github.elevenspring.limiter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.elevenspring.model.Priority;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Properties of {@link WaitingQueue}, the order of which is compared with a plain model.
 */
class WaitingQueuePropertyTests {

	private static final Map<Priority, Double> SHARES = Map.of(Priority.NORMAL, 0.2, Priority.BATCH, 0.1);

	@Property(tries = 2000)
	void isInTheOrderOfItsModel(@ForAll("steps") @Size(max = 150) List<Step> steps, @ForAll("shares") double normal,
			@ForAll("shares") double batch, @ForAll @IntRange(max = 50) int ageing) {
		Map<Priority, Double> shares = Map.of(Priority.NORMAL, normal, Priority.BATCH, batch);
		WaitingQueue queue = new WaitingQueue(shares, ageing);
		WaitingQueueModel model = new WaitingQueueModel(shares, ageing);
		List<Waiter> running = new ArrayList<>();
		long now = 0;
		for (Step step : steps) {
			now += step.elapsed;
			List<Waiter> waiting = model.waiters();
			switch (step.kind) {
				case ADD -> {
					TestWaiter waiter = new TestWaiter(step.priority, step.tenant, step.weight);
					waiter.waitingSince = now;
					int ahead = queue.aheadOfNewcomer(waiter);
					assertThat(queue.mostAheadOfNewcomer(waiter)).isGreaterThanOrEqualTo(ahead);
					queue.addLast(waiter);
					model.addLast(waiter);
					assertThat(queue.ahead(waiter)).isEqualTo(ahead);
				}
				case TAKE -> {
					Waiter next = queue.next();
					assertThat(next).isSameAs(model.next());
					if (next != null) {
						queue.take(next, now);
						model.take(next, now);
						running.add(next);
					}
				}
				case LOOK -> assertThat(queue.next()).isSameAs(model.next());
				case REMOVE -> {
					if (!waiting.isEmpty()) {
						Waiter waiter = waiting.get(step.pick % waiting.size());
						assertThat(queue.remove(waiter)).isTrue();
						assertThat(queue.remove(waiter)).isFalse();
						model.remove(waiter);
					}
				}
				case GO_BACK -> {
					if (!running.isEmpty()) {
						Waiter waiter = running.remove(step.pick % running.size());
						queue.addFirst(waiter);
						model.addFirst(waiter);
					}
				}
			}
			assertThat(queue.size()).isEqualTo(model.waiters().size());
			assertThat(queue.tenants()).isEqualTo(model.tenants());
			List<Waiter> order = model.order();
			for (int i = 0; i < order.size(); i++) {
				assertThat(queue.ahead(order.get(i))).isEqualTo(i);
			}
		}
		for (Waiter next = queue.next(); next != null; next = queue.next()) {
			assertThat(next).isSameAs(model.next());
			queue.take(next, now);
			model.take(next, now);
		}
		assertThat(queue.size()).isZero();
		assertThat(queue.tenants()).isZero();
		assertThat(model.waiters()).isEmpty();
	}

	@Property(tries = 200)
	void aTenantWithManyWaitingCallsDoesNotDelayTheFirstOfAnother(@ForAll Priority priority,
			@ForAll @IntRange(min = 1, max = 20) int others, @ForAll @IntRange(max = 1000) int served) {
		WaitingQueue queue = new WaitingQueue(SHARES, 0);
		for (int i = 0; i < 1000; i++) {
			queue.addLast(new TestWaiter(priority, "flood", 1));
		}
		for (int i = 0; i < others; i++) {
			queue.addLast(new TestWaiter(priority, "other" + i, 1));
		}
		for (int i = 0; i < served; i++) {
			take(queue);
		}
		TestWaiter newcomer = new TestWaiter(priority, "newcomer", 1);
		queue.addLast(newcomer);
		assertThat(queue.ahead(newcomer)).isLessThanOrEqualTo(others + 1);
		for (int i = 0; i < others + 2 && newcomer.line != null; i++) {
			take(queue);
		}
		assertThat(newcomer.line).isNull();
	}

	@Property(tries = 200)
	void everyPriorityHasItsShareInEveryWindow(@ForAll("shares") double normal, @ForAll("shares") double batch,
			@ForAll @IntRange(min = 1, max = 200) int window) {
		Map<Priority, Double> shares = Map.of(Priority.NORMAL, normal, Priority.BATCH, batch);
		List<Priority> grants = grants(new WaitingQueue(shares, 0), 1000, 0);
		for (int from = 0; from + window <= grants.size(); from++) {
			List<Priority> part = grants.subList(from, from + window);
			long batches = part.stream().filter(Priority.BATCH::equals).count();
			long normals = part.stream().filter(Priority.NORMAL::equals).count();
			assertThat((double) batches).isGreaterThanOrEqualTo(batch * window - 2).isLessThan(batch * window + 2);
			assertThat((double) normals).isGreaterThanOrEqualTo(normal * window - 2).isLessThan(normal * window + 2);
		}
	}

	@Property(tries = 200)
	void whatIsUrgentKeepsHalfHoweverOldTheRestIs(@ForAll @DoubleRange(max = 0.3) double normal,
			@ForAll @DoubleRange(max = 0.2) double batch, @ForAll @IntRange(min = 1, max = 1000) int ageing) {
		WaitingQueue queue = new WaitingQueue(Map.of(Priority.NORMAL, normal, Priority.BATCH, batch), ageing);
		long urgent = grants(queue, 1000, 1000).stream().filter(Priority.INTERACTIVE::equals).count();
		assertThat(urgent).isGreaterThanOrEqualTo(498);
	}

	@Property(tries = 100)
	void ageMakesAShareGrow(@ForAll @DoubleRange(min = 0.02, max = 0.1) double batch) {
		WaitingQueue young = new WaitingQueue(Map.of(Priority.BATCH, batch), 1000);
		WaitingQueue old = new WaitingQueue(Map.of(Priority.BATCH, batch), 1000);
		long soon = grants(young, 1000, 0).stream().filter(Priority.BATCH::equals).count();
		long late = grants(old, 1000, 1_000_000).stream().filter(Priority.BATCH::equals).count();
		assertThat((double) soon).isBetween(1000 * batch - 2, 1000 * batch + 2);
		assertThat((double) late).isBetween(3000 * batch - 2, 3000 * batch + 2);
	}

	@Property(tries = 200)
	void aCallThatTakesSeveralSlotsIsNotOvertakenWhenItsTurnHasCome(@ForAll @IntRange(min = 2, max = 4) int weight,
			@ForAll @IntRange(max = 20) int before, @ForAll @IntRange(max = 20) int after) {
		WaitingQueue queue = new WaitingQueue(SHARES, 0);
		for (int i = 0; i < before; i++) {
			queue.addLast(new TestWaiter(Priority.BATCH, "light", 1));
		}
		TestWaiter heavy = new TestWaiter(Priority.BATCH, "light", weight);
		queue.addLast(heavy);
		for (int i = 0; i < before; i++) {
			take(queue);
		}
		assertThat(queue.next()).isSameAs(heavy);
		for (int i = 0; i < after; i++) {
			queue.addLast(new TestWaiter(Priority.INTERACTIVE, "urgent", 1));
			assertThat(queue.next()).isSameAs(heavy);
		}
		assertThat(queue.ahead(heavy)).isZero();
		queue.remove(heavy);
		assertThat(queue.next()).matches((next) -> next == null || next.priority == Priority.INTERACTIVE);
	}

	/**
	 * Return who gets the permits if all priorities wait all the time.
	 */
	private static List<Priority> grants(WaitingQueue queue, int count, long now) {
		for (Priority priority : Priority.values()) {
			queue.addLast(new TestWaiter(priority, "first", 1));
			for (int i = 0; i < count; i++) {
				queue.addLast(new TestWaiter(priority, "a", 1));
			}
		}
		List<Priority> grants = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Waiter next = queue.next();
			assertThat(next).isNotNull();
			queue.take(next, now);
			grants.add(next.priority);
		}
		return grants;
	}

	private static void take(WaitingQueue queue) {
		Waiter next = queue.next();
		if (next != null) {
			queue.take(next, 0);
		}
	}

	@Provide
	Arbitrary<Double> shares() {
		return Arbitraries.of(0.0, 0.05, 0.1, 0.2, 0.25, 1 / 3.0, 0.45);
	}

	@Provide
	Arbitrary<List<Step>> steps() {
		Arbitrary<Kind> kinds = Arbitraries.of(Kind.ADD, Kind.ADD, Kind.ADD, Kind.TAKE, Kind.TAKE, Kind.LOOK,
				Kind.REMOVE, Kind.GO_BACK);
		return Combinators
			.combine(kinds, Arbitraries.of(Priority.class), Arbitraries.of("a", "b", "c", "d"),
					Arbitraries.of(1, 1, 1, 2, 4), Arbitraries.integers().between(0, 1000),
					Arbitraries.integers().between(0, 20))
			.as(Step::new)
			.list();
	}

	enum Kind {

		ADD, TAKE, LOOK, REMOVE, GO_BACK

	}

	record Step(Kind kind, Priority priority, String tenant, int weight, int pick, int elapsed) {

	}

}
