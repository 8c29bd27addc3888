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

}
