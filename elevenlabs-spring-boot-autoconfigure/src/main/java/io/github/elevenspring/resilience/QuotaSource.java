package io.github.elevenspring.resilience;

import reactor.core.publisher.Mono;

/**
 * Tells what is left of the credits, at no cost.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface QuotaSource {

	/**
	 * Ask. Nothing happens before subscription; cancelling ends the question.
	 * @return what is left, or nothing if that cannot be known now; an error if it cannot
	 * be asked
	 */
	Mono<Quota> quota();

}
