package io.github.elevenspring.resilience;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * One attempt between the stage that asks whether it has a chance and the circuit
 * breaker. Until the breaker admits it, it can be refused from outside. It rides in the
 * Reactor context, where the breaker finds it.
 */
final class WaitingCall extends ReplyOperator implements Refusable {

	private static final int WAITING = 0;

	private static final int ADMITTED = 1;

	private static final int ENDED = 2;

	private static final AtomicIntegerFieldUpdater<WaitingCall> STATE = AtomicIntegerFieldUpdater
		.newUpdater(WaitingCall.class, "state");

	private final FamilyBreaker family;

	private final Context context;

	private volatile int state;

	WaitingCall(CoreSubscriber<? super ReplyPart> actual, FamilyBreaker family) {
		super(actual);
		this.family = family;
		this.context = super.currentContext().put(WaitingCall.class, this);
	}

	@Override
	public Context currentContext() {
		return this.context;
	}

	@Override
	public void onSubscribe(Subscription upstream) {
		super.onSubscribe(upstream);
		standBy();
	}

	/**
	 * Go on, if nobody has refused the call yet.
	 * @return {@code false} if the call is over
	 */
	boolean admit() {
		if (STATE.compareAndSet(this, WAITING, ADMITTED)) {
			this.family.remove(this);
			return true;
		}
		return this.state == ADMITTED;
	}

	/**
	 * Be among those that wait again: the service did not take the call.
	 */
	void waitAgain() {
		if (STATE.compareAndSet(this, ADMITTED, WAITING)) {
			standBy();
		}
	}

	private void standBy() {
		if (this.state != WAITING) {
			return;
		}
		this.family.add(this);
		if (this.state != WAITING) {
			this.family.remove(this);
		}
		else if (this.family.isOpen()) {
			refuse();
		}
	}

	@Override
	public void refuse() {
		if (STATE.compareAndSet(this, WAITING, ENDED)) {
			this.family.remove(this);
			super.cancel();
			super.onError(this.family.refusal());
		}
	}

	@Override
	public void onNext(ReplyPart part) {
		if (admit()) {
			super.onNext(part);
		}
		else {
			Operators.onNextDropped(part, this.context);
		}
	}

	@Override
	public void onError(Throwable error) {
		if (end()) {
			super.onError(error);
		}
		else {
			Operators.onErrorDropped(error, this.context);
		}
	}

	@Override
	public void onComplete() {
		if (end()) {
			super.onComplete();
		}
	}

	@Override
	public void cancel() {
		end();
		super.cancel();
	}

	private boolean end() {
		int before = STATE.getAndSet(this, ENDED);
		if (before == WAITING) {
			this.family.remove(this);
		}
		return before != ENDED;
	}

}
