package io.github.elevenspring.fallback;

import io.github.elevenspring.call.CallChain;
import reactor.core.publisher.Mono;

/**
 * A step of the fallback chain, which answers a call otherwise. Shared by all calls.
 */
interface FallbackStep {

	/**
	 * Tell whether this step makes sense after what has happened.
	 */
	boolean isFor(FailedCall failed);

	/**
	 * Find another answer, or nothing. Nothing happens before subscription.
	 */
	Mono<Substitute> substitute(FailedCall failed, CallChain next);

}
