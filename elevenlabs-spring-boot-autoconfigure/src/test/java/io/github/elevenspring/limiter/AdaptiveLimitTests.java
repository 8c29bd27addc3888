package io.github.elevenspring.limiter;

import java.util.List;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.statistics.Statistics;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link AdaptiveLimit} against an account that others use too.
 */
class AdaptiveLimitTests {

	@Property(tries = 1000)
	void followsOthersWithin20AnswersAndStaysThere(@ForAll @IntRange(min = 1, max = 30) int configured,
			@ForAll @IntRange(min = 1, max = 30) int maximum, @ForAll @DoubleRange(max = 1) double onTheWay,
			@ForAll @Size(min = 1, max = 4) List<@IntRange(max = 29) Integer> others, @ForAll long seed) {
		SimulatedAccount account = new SimulatedAccount(new AdaptiveLimit(configured, false, 0), maximum, true,
				onTheWay, seed);
		for (int slots : others) {
			int left = Math.max(1, maximum - slots);
			account.othersWant(maximum - left);
			account.endOldCalls();
			account.answer(20);
			assertThat(account.limit()).isBetween(1, left);
			likely("in 20 answers", account.limit() >= left - 2);
			account.limitMoved();
			account.endOldCalls();
			account.answer(20);
			boolean there = account.limit() >= left - 1;
			likely("in two steps", there);
			for (int i = 0; i < 300; i++) {
				assertThat(account.limit()).isBetween(there ? Math.max(1, left - 1) : 1, left);
				account.answer(1);
			}
		}
	}

	/**
	 * Chance can let any order of answers happen. Of 100,000 changes two are not followed
	 * in the first step, and less than one not in the second.
	 */
	private static void likely(String what, boolean happened) {
		Statistics.label(what).collect(happened).coverage((seen) -> seen.check(true).percentage((part) -> part > 99));
	}

	@Property(tries = 1000)
	void takesTheLastSlotBackToo(@ForAll @IntRange(min = 2, max = 15) int maximum,
			@ForAll @IntRange(min = 1, max = 14) int others, @ForAll @DoubleRange(max = 1) double onTheWay,
			@ForAll long seed) {
		SimulatedAccount account = new SimulatedAccount(new AdaptiveLimit(maximum, false, 0), maximum, true, onTheWay,
				seed);
		account.othersWant(Math.min(others, maximum - 1));
		account.answer(100);
		account.othersWant(0);
		account.endOldCalls();
		account.answer(20 + 20 + 10 * maximum + 2 * maximum);
		assertThat(account.limit()).isEqualTo(maximum);
	}

	@Test
	void tellsWhatItLearnedWhateverIsConfigured() {
		AdaptiveLimit limit = new AdaptiveLimit(5, true, 2);
		assertThat(limit.learned()).isNull();
		limit.observed(10, 1, 1, 1);
		assertThat(limit.limit()).isEqualTo(3);
		assertThat(limit.learned()).isEqualTo(10);
		limit.refused(2, 0);
		assertThat(limit.limit()).isEqualTo(2);
		assertThat(limit.learned()).isEqualTo(2);
	}

	@Property(tries = 1000)
	void neverExceedsAnExplicitLimitAndNeverFallsBelowOne(@ForAll @IntRange(min = 1, max = 30) int configured,
			@ForAll @IntRange(min = 1, max = 30) int maximum, @ForAll boolean headers,
			@ForAll @Size(max = 6) List<@IntRange(max = 29) Integer> others, @ForAll long seed) {
		SimulatedAccount account = new SimulatedAccount(new AdaptiveLimit(configured, true, 0), maximum, headers, 5,
				seed);
		for (int slots : others) {
			account.othersWant(Math.min(slots, maximum - 1));
			for (int i = 0; i < 50; i++) {
				account.answer(1);
				assertThat(account.limit()).isBetween(1, configured);
			}
		}
	}

	@Property(tries = 1000)
	void withoutHeadersGoesBetweenWhatIsAcceptedAndOneMore(@ForAll @IntRange(min = 1, max = 30) int configured,
			@ForAll @IntRange(min = 1, max = 12) int maximum, @ForAll @IntRange(max = 11) int others,
			@ForAll @DoubleRange(max = 1) double onTheWay, @ForAll long seed) {
		SimulatedAccount account = new SimulatedAccount(new AdaptiveLimit(configured, false, 0), maximum, false,
				onTheWay, seed);
		int left = Math.max(1, maximum - others);
		account.othersWant(maximum - left);
		account.answer(10 * left * left + 100);
		for (int i = 0; i < 30 * left; i++) {
			assertThat(account.limit()).isBetween(Math.min(configured, left), Math.min(configured, left + 1));
			account.answer(1);
		}
	}

	@Test
	void refusalsHalveTheLimitAtTheMostAndServedCallsRaiseItSlotBySlot() {
		AdaptiveLimit limit = new AdaptiveLimit(10, false, 0);
		limit.refused(0, 0);
		assertThat(limit.limit()).isEqualTo(5);
		int calls = 0;
		int before = limit.limit();
		while (limit.limit() < 10) {
			limit.served();
			calls++;
			assertThat(limit.limit()).isBetween(before, before + 1);
			before = limit.limit();
		}
		assertThat(calls).isEqualTo(10 * (5 + 6 + 7 + 8 + 9));
		assertThat(limit.isRecovering()).isFalse();
	}

	@Test
	void oneBurstOfRefusalsCountsOnce() {
		AdaptiveLimit limit = new AdaptiveLimit(20, false, 0);
		for (int accepted = 19; accepted >= 10; accepted--) {
			limit.refused(accepted, 0);
		}
		assertThat(limit.limit()).isEqualTo(10);
	}

	@Test
	void whatIsServedBetweenRefusalsOfOneBurstWasAcceptedToo() {
		AdaptiveLimit limit = new AdaptiveLimit(20, false, 0);
		limit.refused(19, 0);
		limit.served();
		limit.served();
		limit.refused(16, 0);
		assertThat(limit.limit()).isEqualTo(18);
		for (int i = 0; i < 17; i++) {
			limit.served();
		}
		limit.refused(16, 0);
		assertThat(limit.limit()).isEqualTo(16);
	}

	@Test
	void whereOursVariesWhatOthersTakeStaysAsItWas() {
		AdaptiveLimit limit = new AdaptiveLimit(10, false, 0);
		for (int i = 0; i < 20; i++) {
			limit.observed(10, 10, 6, 6);
		}
		for (int i = 0; i < 200; i++) {
			limit.observed(10, 5 + i % 4, 1 + i % 4, 4 - i % 4);
			assertThat(limit.limit()).isEqualTo(6);
		}
	}

	@Test
	void aRefusalOfCallsThatBeganUnderAHigherLimitSaysNothing() {
		AdaptiveLimit limit = new AdaptiveLimit(20, false, 0);
		limit.configure(8, true);
		limit.refused(15, 0);
		assertThat(limit.limit()).isEqualTo(8);
	}

	@Test
	void neverFallsBelowOne() {
		AdaptiveLimit limit = new AdaptiveLimit(2, false, 5);
		assertThat(limit.limit()).isEqualTo(1);
		for (int i = 0; i < 100; i++) {
			limit.refused(0, 0);
			limit.observed(1, 50, 1, 1);
			assertThat(limit.limit()).isEqualTo(1);
		}
	}

	@Test
	void learnsTheNumberThatARefusalNames() {
		AdaptiveLimit limit = new AdaptiveLimit(20, false, 0);
		limit.refused(19, 4);
		assertThat(limit.limit()).isEqualTo(4);
		AdaptiveLimit unknown = new AdaptiveLimit(2, false, 0);
		unknown.refused(1, 6);
		for (int i = 0; i < 400; i++) {
			unknown.served();
		}
		assertThat(unknown.limit()).isEqualTo(6);
	}

	@Test
	void anExplicitSettingIsNeverExceededAndOthersCountOnlyBeyondIt() {
		AdaptiveLimit limit = new AdaptiveLimit(8, true, 0);
		for (int i = 0; i < 20; i++) {
			limit.observed(10, 1, 1, 1);
		}
		assertThat(limit.limit()).isEqualTo(8);
		for (int i = 0; i < 20; i++) {
			limit.observed(10, 4, 1, 1);
		}
		assertThat(limit.limit()).isEqualTo(7);
		limit.configure(3, true);
		assertThat(limit.limit()).isEqualTo(3);
		limit.configure(12, true);
		assertThat(limit.limit()).isEqualTo(7);
	}

	@Test
	void aNewSettingForgetsWhatRefusalsTaught() {
		AdaptiveLimit limit = new AdaptiveLimit(10, false, 0);
		limit.refused(3, 4);
		limit.refused(1, 4);
		assertThat(limit.limit()).isLessThanOrEqualTo(4);
		limit.configure(12, false);
		assertThat(limit.limit()).isEqualTo(12);
	}

	@Test
	void answersAfterARefusalLiftItButForASlotThatIsTriedLater() {
		AdaptiveLimit limit = new AdaptiveLimit(10, false, 0);
		limit.observed(10, 10, 10, 10);
		limit.refused(6, 0);
		assertThat(limit.limit()).isEqualTo(6);
		for (int i = 0; i < 20; i++) {
			assertThat(limit.limit()).isEqualTo(6);
			limit.observed(10, 6, 6, 6);
		}
		assertThat(limit.limit()).isEqualTo(9);
		for (int i = 0; i < 10 * 9; i++) {
			limit.observed(10, 9, 9, 9);
		}
		assertThat(limit.limit()).isEqualTo(10);
	}

	@Test
	void aWildAnswerMovesNothing() {
		AdaptiveLimit limit = new AdaptiveLimit(10, false, 0);
		for (int i = 0; i < 9; i++) {
			limit.observed(10, 10, 10, 10);
		}
		limit.observed(10, 1000, 1, 1);
		limit.observed(0, 3, 1, 1);
		limit.observed(-1, 3, 1, 1);
		assertThat(limit.limit()).isEqualTo(10);
	}

}
