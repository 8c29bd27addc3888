package io.github.elevenspring.call;

import reactor.core.publisher.Flux;

/**
 * A step on the way of every call. A stage may look at the call, change it, refuse it,
 * answer it, repeat it or watch the reply.
 * <p>
 * A stage is shared by all calls: state belongs to the subscription, so begin with
 * {@code Flux.defer} where there is any, or keep it in a {@link ReplyOperator}. It must
 * not block, and must let cancellation through. Beans of this type join the line in their
 * order, see {@link CallPipeline#ORDER_OF_VALIDATION} and its neighbours.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface CallStage {

	/**
	 * Handle a call.
	 * @param call the call
	 * @param next the rest of the way
	 * @return the reply
	 */
	Flux<ReplyPart> handle(Call call, CallChain next);

}
