package io.github.elevenspring.test.simulator;

import reactor.core.publisher.Mono;

/**
 * Answers the requests of one path.
 */
@FunctionalInterface
interface Endpoint {

	/**
	 * Answer a request.
	 * @param exchange the request
	 * @return the answer; an {@link ApiException}, thrown or emitted, becomes an error of
	 * the API
	 */
	Mono<Answer> answer(Exchange exchange);

}
