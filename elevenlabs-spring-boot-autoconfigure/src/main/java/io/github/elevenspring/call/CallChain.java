package io.github.elevenspring.call;

import reactor.core.publisher.Flux;

/**
 * The rest of the way of a call, as a stage sees it.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface CallChain {

	/**
	 * Make the call. Nothing happens before subscription; each subscription is a call of
	 * its own.
	 * @param call the call
	 * @return the head and then the chunks of the reply, or an
	 * {@link io.github.elevenspring.error.ElevenLabsException}
	 */
	Flux<ReplyPart> proceed(Call call);

	/**
	 * Make the call, and watch its reply. Nothing happens before subscription; cancelling
	 * passes the operator on its way to the call.
	 * @param call the call
	 * @param operator makes the operator of each subscription, before anything else
	 * happens for it; what it throws is the error of the call
	 * @return the reply as the operator passes it on
	 */
	default Flux<ReplyPart> proceed(Call call, ReplyOperator.Factory operator) {
		return new WatchedFlux(this, call, operator);
	}

}
