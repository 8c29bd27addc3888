package io.github.elevenspring.resilience;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ErrorKind;
import io.github.resilience4j.retry.Retry;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * Tries again when a call fails with a trouble that passes, as long as nothing of the
 * reply has been passed on. Nothing is held between two attempts, and the wait ends with
 * the call, or when the service is found to be down. What ends the attempts, be it their
 * number, the deadline, the budget or a service that is known to be down, the caller gets
 * the error of the last one.
 * <p>
 * Resilience4j counts the attempts and publishes what happens; {@link RetryRules} decides
 * what may be repeated at all. Thread-safe.
 *
 * @since 0.1.0
 */
public final class RetryStage implements CallStage {

	private final Retry retry;

	private final RetryRules rules;

	private final RetryBudget budget;

	private final @Nullable CircuitBreakers breakers;

	private final Scheduler timer;

	private final Map<ErrorKind, LongAdder> retries = new ConcurrentHashMap<>();

	/**
	 * Create a stage.
	 * @param retry counts attempts, and tells its listeners
	 * @param rules decide what is repeated, and when
	 * @param budget bounds the retries of all calls together
	 * @param breakers tell whether another attempt of a call has a chance, {@code null}
	 * if there are none
	 * @param timer measures the waits
	 */
	public RetryStage(Retry retry, RetryRules rules, RetryBudget budget, @Nullable CircuitBreakers breakers,
			Scheduler timer) {
		this.retry = retry;
		this.rules = rules;
		this.budget = budget;
		this.breakers = breakers;
		this.timer = timer;
	}

	@Override
	public Flux<ReplyPart> handle(Call call, CallChain next) {
		return new RetriedFlux(next.proceed(call), call, this);
	}

	void countRetryAfter(ErrorKind kind) {
		this.retries.computeIfAbsent(kind, (key) -> new LongAdder()).increment();
	}

	long retriesAfter(ErrorKind kind) {
		LongAdder count = this.retries.get(kind);
		return (count != null) ? count.sum() : 0;
	}

	Retry retry() {
		return this.retry;
	}

	RetryRules rules() {
		return this.rules;
	}

	RetryBudget budget() {
		return this.budget;
	}

	@Nullable FamilyBreaker breakerOf(Call call) {
		return (this.breakers != null) ? this.breakers.familyOf(call) : null;
	}

	Scheduler timer() {
		return this.timer;
	}

}
