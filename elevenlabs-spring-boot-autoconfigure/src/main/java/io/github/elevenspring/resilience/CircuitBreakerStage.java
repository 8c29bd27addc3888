package io.github.elevenspring.resilience;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import reactor.core.publisher.Flux;

/**
 * Watches whether the service fails, and stops sending requests for a while when it fails
 * too often. A reply counts when it has ended: as a success, or as what its error says.
 * One that is cancelled counts as a success if any of it had come, and not at all if
 * nothing had. Calls that are not let through fail with kind
 * {@link io.github.elevenspring.error.ErrorKind#BREAKER_OPEN}. Thread-safe.
 *
 * @since 0.1.0
 */
public final class CircuitBreakerStage implements CallStage {

	private final CircuitBreakers breakers;

	/**
	 * Create a stage.
	 * @param breakers the breakers of all families of calls
	 */
	public CircuitBreakerStage(CircuitBreakers breakers) {
		this.breakers = breakers;
	}

	@Override
	public Flux<ReplyPart> handle(Call call, CallChain next) {
		return new CircuitBreakerFlux(next.proceed(call), this.breakers.familyOf(call));
	}

}
