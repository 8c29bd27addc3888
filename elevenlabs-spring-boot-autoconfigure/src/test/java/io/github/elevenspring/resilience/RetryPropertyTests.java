package io.github.elevenspring.resilience;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ErrorKind;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import reactor.core.publisher.Flux;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds for retries whatever the service does.
 */
class RetryPropertyTests {

	private static final Duration FIRST = Duration.ofMillis(100);

	private static final Duration LONGEST = Duration.ofSeconds(2);

	/**
	 * What one attempt does: parts of an answer, then an error or the end.
	 */
	record Attempt(int parts, ErrorKind end) {

		Flux<ReplyPart> reply() {
			Flux<ReplyPart> parts = TestReplies.audio().take(this.parts);
			return (this.end != null) ? parts.concatWith(TestReplies.failure(this.end)) : parts;
		}

	}

	@Property
	void neverTooOftenNeverAfterTheFirstPartAndNothingTwice(
			@ForAll @Size(max = 8) List<@IntRange(max = 2) Integer> parts, @ForAll @Size(8) List<ErrorKind> ends,
			@ForAll @IntRange(min = 1, max = 5) int maxAttempts) {
		VirtualTimeScheduler timer = VirtualTimeScheduler.create();
		TestReplies service = new TestReplies();
		for (int i = 0; i < parts.size(); i++) {
			service.add(new Attempt(parts.get(i), ends.get(i)).reply());
		}
		RetryStage stage = new RetryStage(
				Retry.of("r",
						RetryConfig.custom().maxAttempts(maxAttempts).retryOnException(new TransientErrors()).build()),
				new RetryRules(maxAttempts, RetryRules.Backoff.exponential(FIRST, 2, LONGEST), true),
				new RetryBudget(100, 0), null, timer);
		AtomicInteger received = new AtomicInteger();
		AtomicInteger ended = new AtomicInteger();
		stage.handle(TestReplies.SPEECH, service)
			.doFinally((signal) -> ended.incrementAndGet())
			.subscribe((part) -> received.incrementAndGet(), (error) -> {
			});
		timer.advanceTimeBy(Duration.ofMinutes(10));
		assertThat(ended).hasValue(1);
		assertThat(service.attempts.get()).isLessThanOrEqualTo(maxAttempts);
		int silent = 0;
		while (silent < parts.size() && parts.get(silent) == 0 && RetryRules.isOfTheService(ends.get(silent))) {
			silent++;
		}
		assertThat(service.attempts.get()).isEqualTo(Math.min(maxAttempts, silent + 1));
		assertThat(received.get()).isLessThanOrEqualTo(2);
		timer.dispose();
	}

	@Property
	void waitsStayWithinTheirBounds(@ForAll @IntRange(min = 1, max = 2000) int attempt, @ForAll ErrorKind kind,
			@ForAll @DoubleRange(max = 0.99) double random, @ForAll @IntRange(max = 100_000) int retryAfter) {
		RetryRules rules = new RetryRules(3, RetryRules.Backoff.exponential(FIRST, 2, LONGEST), false, () -> random);
		Duration plain = rules.waitAfter(attempt, TestReplies.error(kind));
		if (kind == ErrorKind.NETWORK || kind == ErrorKind.TIMEOUT) {
			assertThat(plain).isEqualTo(FIRST.multipliedBy(attempt));
		}
		else {
			assertThat(plain).isBetween(Duration.ZERO, LONGEST);
		}
		Duration named = rules.waitAfter(attempt, TestReplies.answered(kind, 429, Duration.ofMillis(retryAfter)));
		assertThat(named).isGreaterThanOrEqualTo(Duration.ofMillis(retryAfter));
	}

	@Property
	void theBudgetNeverAllowsMoreThanItHolds(@ForAll @IntRange(max = 20) int capacity,
			@ForAll @DoubleRange(max = 1) double deposit, @ForAll List<@IntRange(max = 2) Integer> steps) {
		RetryBudget budget = new RetryBudget(capacity, deposit);
		double paidIn = 0;
		int taken = 0;
		for (int step : steps) {
			switch (step) {
				case 0 -> taken += budget.tryTake() ? 1 : 0;
				case 1 -> {
					budget.payIn();
					paidIn += deposit;
				}
				default -> {
					budget.giveBack();
					paidIn += 1;
				}
			}
			assertThat(budget.tokens()).isBetween(0.0, (double) capacity);
			assertThat(taken).isLessThanOrEqualTo((int) (capacity + paidIn + 1e-3));
		}
	}

}
