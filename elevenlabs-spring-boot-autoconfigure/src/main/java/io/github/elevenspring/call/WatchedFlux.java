package io.github.elevenspring.call;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * The reply of a call, each subscription of which passes an operator of its own.
 */
final class WatchedFlux extends Flux<ReplyPart> {

	private final CallChain chain;

	private final Call call;

	private final ReplyOperator.Factory operator;

	WatchedFlux(CallChain chain, Call call, ReplyOperator.Factory operator) {
		this.chain = chain;
		this.call = call;
		this.operator = operator;
	}

	@Override
	public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
		CoreSubscriber<? super ReplyPart> subscriber = actual;
		Flux<ReplyPart> reply;
		try {
			subscriber = this.operator.create(actual);
			reply = this.chain.proceed(this.call);
		}
		catch (Throwable ex) {
			Operators.error(subscriber, Operators.onOperatorError(ex, actual.currentContext()));
			return;
		}
		reply.subscribe(subscriber);
	}

}
