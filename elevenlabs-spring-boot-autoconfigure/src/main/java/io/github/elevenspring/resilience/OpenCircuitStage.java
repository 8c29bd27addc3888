package io.github.elevenspring.resilience;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Refuses a call at once when its circuit breaker is open, be it on arrival or later
 * while it waits for a slot. Calls that have got to the breaker are left alone; one that
 * the service sends back into the queue waits again. Thread-safe.
 *
 * @since 0.1.0
 */
public final class OpenCircuitStage implements CallStage {

	private final CircuitBreakers breakers;

	/**
	 * Create a stage.
	 * @param breakers the breakers that its {@link CircuitBreakerStage} uses
	 */
	public OpenCircuitStage(CircuitBreakers breakers) {
		this.breakers = breakers;
	}

	@Override
	public Flux<ReplyPart> handle(Call call, CallChain next) {
		FamilyBreaker family = this.breakers.familyOf(call);
		Flux<ReplyPart> reply = next.proceed(call);
		return new Flux<>() {

			@Override
			public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
				if (family.refusesNewcomer()) {
					Operators.error(actual, family.refusal());
				}
				else {
					reply.subscribe(new WaitingCall(actual, family));
				}
			}

		};
	}

}
