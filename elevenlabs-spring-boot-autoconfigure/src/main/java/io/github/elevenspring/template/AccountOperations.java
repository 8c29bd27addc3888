package io.github.elevenspring.template;

import io.github.elevenspring.model.account.Subscription;
import io.github.elevenspring.model.account.User;
import reactor.core.publisher.Mono;

/**
 * The account behind the API key. Free of charge. A key that is limited to speech may not
 * read it: the result then fails with kind
 * {@link io.github.elevenspring.error.ErrorKind#PERMISSION}. Nothing happens before
 * subscription; cancelling ends the request. Implementations are thread-safe.
 *
 * @since 0.1.0
 */
public interface AccountOperations {

	/**
	 * Return the user behind the API key.
	 * @return the user
	 */
	Mono<User> user();

	/**
	 * Return the plan and how much of it is used.
	 * @return the subscription
	 */
	Mono<Subscription> subscription();

}
