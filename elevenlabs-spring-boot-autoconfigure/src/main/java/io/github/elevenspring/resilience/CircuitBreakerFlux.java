package io.github.elevenspring.resilience;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Subscribes to a reply with the leave of a circuit breaker, and tells it how the reply
 * ended, exactly once.
 */
final class CircuitBreakerFlux extends Flux<ReplyPart> {

	private static final Log logger = LogFactory.getLog(CircuitBreakers.class);

	private final Flux<ReplyPart> reply;

	private final FamilyBreaker family;

	CircuitBreakerFlux(Flux<ReplyPart> reply, FamilyBreaker family) {
		this.reply = reply;
		this.family = family;
	}

	@Override
	public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
		WaitingCall waiting = actual.currentContext().getOrDefault(WaitingCall.class, null);
		if (waiting != null && !waiting.admit()) {
			Operators.complete(actual);
			return;
		}
		CircuitBreaker breaker = this.family.breaker();
		if (!breaker.tryAcquirePermission()) {
			Operators.error(actual, this.family.refusal());
			return;
		}
		CircuitBreakerSubscriber subscriber = new CircuitBreakerSubscriber(actual, breaker, waiting);
		try {
			this.reply.subscribe(subscriber);
		}
		catch (RuntimeException | Error ex) {
			subscriber.forget();
			throw ex;
		}
	}

	/**
	 * One subscription that holds a permission.
	 */
	private static final class CircuitBreakerSubscriber extends ReplyOperator {

		private static final AtomicIntegerFieldUpdater<CircuitBreakerSubscriber> SETTLED = AtomicIntegerFieldUpdater
			.newUpdater(CircuitBreakerSubscriber.class, "settled");

		private final CircuitBreaker breaker;

		private final @Nullable WaitingCall waiting;

		/**
		 * Stands for the state that gave the permission: each round of the breaker counts
		 * with metrics of its own. What began in another round says nothing of this one,
		 * and must not use up or add to its permissions.
		 */
		private final CircuitBreaker.Metrics round;

		private final long begin;

		/**
		 * Time to the first part, which is the time the service took: how long the rest
		 * takes is up to the text.
		 */
		private volatile long latency = -1;

		private volatile int settled;

		CircuitBreakerSubscriber(CoreSubscriber<? super ReplyPart> actual, CircuitBreaker breaker,
				@Nullable WaitingCall waiting) {
			super(actual);
			this.breaker = breaker;
			this.waiting = waiting;
			this.round = breaker.getMetrics();
			this.begin = breaker.getCurrentTimestamp();
		}

		@Override
		public void onNext(ReplyPart part) {
			if (this.latency < 0) {
				this.latency = Math.max(0, elapsed());
			}
			super.onNext(part);
		}

		@Override
		public void onComplete() {
			succeed();
			super.onComplete();
		}

		@Override
		public void onError(Throwable error) {
			settle(() -> this.breaker.onError(duration(), this.breaker.getTimestampUnit(), error));
			if (this.waiting != null && this.latency < 0 && error instanceof ElevenLabsException known
					&& known.getKind() == ErrorKind.CONCURRENCY) {
				this.waiting.waitAgain();
			}
			super.onError(error);
		}

		@Override
		public void cancel() {
			super.cancel();
			if (this.latency < 0) {
				forget();
			}
			else {
				succeed();
			}
		}

		private void succeed() {
			settle(() -> this.breaker.onSuccess(duration(), this.breaker.getTimestampUnit()));
		}

		void forget() {
			settle(this.breaker::releasePermission);
		}

		/**
		 * Give the permission back once. What the application hangs on the breaker must
		 * not keep the reply from ending.
		 */
		private void settle(Runnable outcome) {
			if (SETTLED.compareAndSet(this, 0, 1) && this.breaker.getMetrics() == this.round) {
				try {
					outcome.run();
				}
				catch (RuntimeException ex) {
					this.breaker.releasePermission();
					logger.warn("A predicate of or a listener to " + this.breaker.getName() + " failed", ex);
				}
			}
		}

		private long duration() {
			long latency = this.latency;
			return (latency < 0) ? elapsed() : latency;
		}

		private long elapsed() {
			return this.breaker.getCurrentTimestamp() - this.begin;
		}

	}

}
