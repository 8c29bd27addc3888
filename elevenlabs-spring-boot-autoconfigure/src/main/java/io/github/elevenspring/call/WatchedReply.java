package io.github.elevenspring.call;

import java.util.function.Function;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * The reply of a call, each subscription of which passes an operator of its own.
 */
final class WatchedReply extends Flux<ReplyPart> {

	private final CallChain chain;

	private final Call call;

	private final Function<? super CoreSubscriber<? super ReplyPart>, ? extends ReplyOperator> operator;

	WatchedReply(CallChain chain, Call call,
			Function<? super CoreSubscriber<? super ReplyPart>, ? extends ReplyOperator> operator) {
		this.chain = chain;
		this.call = call;
		this.operator = operator;
	}

	@Override
	public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
		CoreSubscriber<? super ReplyPart> subscriber = actual;
		Flux<ReplyPart> reply;
		try {
			subscriber = this.operator.apply(actual);
			reply = this.chain.proceed(this.call);
		}
		catch (Throwable ex) {
			Operators.error(subscriber, Operators.onOperatorError(ex, actual.currentContext()));
			return;
		}
		reply.subscribe(subscriber);
	}

}
