package io.github.elevenspring.resilience;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.resilience4j.retry.Retry;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * Subscribes to a reply again when it failed before anything of it was passed on.
 */
final class RetriedFlux extends Flux<ReplyPart> {

	private static final Log logger = LogFactory.getLog(RetriedFlux.class);

	private static final String BROKEN_HOOK = "A listener to retries, or the function of their waits, failed";

	private static final String CIRCUIT_OPEN = "the circuit breaker is open";

	private final Flux<ReplyPart> attempt;

	private final Call call;

	private final RetryStage stage;

	RetriedFlux(Flux<ReplyPart> attempt, Call call, RetryStage stage) {
		this.attempt = attempt;
		this.call = call;
		this.stage = stage;
	}

	@Override
	public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
		RetrySubscriber subscriber = new RetrySubscriber(actual, this);
		actual.onSubscribe(subscriber);
		subscriber.tryFirst();
	}

	/**
	 * One subscription with all its attempts. The attempts come one after the other, so
	 * what their signals alone touch needs no guard.
	 */
	private static final class RetrySubscriber implements CoreSubscriber<ReplyPart>, Subscription, Refusable {

		private static final AtomicIntegerFieldUpdater<RetrySubscriber> SETTLED = AtomicIntegerFieldUpdater
			.newUpdater(RetrySubscriber.class, "settled");

		private final CoreSubscriber<? super ReplyPart> actual;

		private final RetriedFlux source;

		private final RetryStage stage;

		private final Retry.AsyncContext<?> attempts;

		private final Disposable.Swap wait = Disposables.swap();

		/**
		 * Error of the last attempt while the token of a retry is held for one that has
		 * not begun. Whoever takes it away ends the wait.
		 */
		private final AtomicReference<@Nullable ElevenLabsException> waitingAfter = new AtomicReference<>();

		private final @Nullable FamilyBreaker breaker;

		private int failures;

		/**
		 * Error of the first attempt that may have been billed, if another one followed.
		 */
		private @Nullable ElevenLabsException billed;

		/**
		 * Whether something of the reply has been passed on: from then on no attempt may
		 * follow.
		 */
		private volatile boolean committed;

		/**
		 * Not zero once the budget knows what came of the call.
		 */
		private volatile int settled;

		/**
		 * What was asked for, which no attempt before the last has met. Guarded by this.
		 */
		private long demand;

		/**
		 * The attempt that goes on, if one does. Guarded by this.
		 */
		private @Nullable Subscription upstream;

		private volatile boolean cancelled;

		RetrySubscriber(CoreSubscriber<? super ReplyPart> actual, RetriedFlux source) {
			this.actual = actual;
			this.source = source;
			this.stage = source.stage;
			this.attempts = this.stage.retry().asyncContext();
			this.breaker = this.stage.breakerOf(source.call);
		}

		void tryFirst() {
			if (!this.cancelled) {
				this.source.attempt.subscribe(this);
			}
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		@Override
		public void onSubscribe(Subscription upstream) {
			long demand;
			synchronized (this) {
				this.upstream = upstream;
				demand = this.demand;
			}
			if (this.cancelled) {
				upstream.cancel();
			}
			else if (demand > 0) {
				upstream.request(demand);
			}
		}

		@Override
		public void request(long n) {
			if (!Operators.validate(n)) {
				return;
			}
			Subscription upstream;
			synchronized (this) {
				this.demand = Operators.addCap(this.demand, n);
				upstream = this.upstream;
			}
			if (upstream != null) {
				upstream.request(n);
			}
		}

		@Override
		public void onNext(ReplyPart part) {
			this.committed = true;
			if (this.cancelled) {
				// who left may not have seen that the answer had begun
				succeed();
			}
			this.actual.onNext(part);
		}

		@Override
		public void onComplete() {
			try {
				this.attempts.onComplete();
			}
			catch (RuntimeException ex) {
				logger.warn(BROKEN_HOOK, ex);
			}
			succeed();
			this.actual.onComplete();
		}

		/**
		 * Tell the budget that the service has answered, be it that the caller did not
		 * want to hear the end.
		 */
		private void succeed() {
			if (SETTLED.compareAndSet(this, 0, 1)) {
				if (this.failures > 0) {
					this.stage.budget().giveBack();
				}
				else {
					this.stage.budget().payIn();
				}
			}
		}

		@Override
		public void onError(Throwable error) {
			if (this.cancelled) {
				Operators.onErrorDropped(error, currentContext());
				return;
			}
			synchronized (this) {
				this.upstream = null;
			}
			if (this.committed) {
				this.settled = 1;
			}
			Duration wait = null;
			boolean allowed = false;
			String refusal = "the Resilience4j instance " + this.stage.retry().getName() + " allows no other attempt";
			try {
				wait = (error instanceof ElevenLabsException known) ? waitBeforeNext(known) : null;
				allowed = this.attempts.onError(error) >= 0;
			}
			catch (RuntimeException ex) {
				logger.warn(BROKEN_HOOK, ex);
				refusal = "a listener, or the function of the waits, failed";
			}
			if (wait != null && allowed && error instanceof ElevenLabsException known) {
				logger.debug("Attempt " + this.failures + " of a call failed, the next one is in " + wait, error);
				await(wait, known);
				return;
			}
			if (wait != null) {
				this.stage.budget().giveBack();
			}
			fail(error, isLast() ? this.failures + " attempts have failed" : refusal);
		}

		private void await(Duration wait, ElevenLabsException error) {
			if (this.breaker != null) {
				this.breaker.add(this);
			}
			if (this.billed == null && error.mayHaveBeenBilled()) {
				this.billed = error;
			}
			this.waitingAfter.set(error);
			try {
				this.wait.replace(this.stage.timer().schedule(this::tryAgain, wait.toNanos(), TimeUnit.NANOSECONDS));
			}
			catch (RejectedExecutionException ex) {
				giveUp("the timer has been shut down");
				return;
			}
			if (this.cancelled) {
				leave();
			}
			else if (this.breaker != null && this.breaker.isOpen()) {
				refuse();
			}
		}

		private void tryAgain() {
			if (isHopeless()) {
				refuse();
				return;
			}
			ElevenLabsException last = stopWaiting();
			if (last == null) {
				return;
			}
			if (this.cancelled) {
				this.stage.budget().giveBack();
				return;
			}
			// from here on the thread may work for others too, and must not be
			// interrupted
			this.wait.replace(null);
			this.stage.countRetryAfter(last.getKind());
			this.source.attempt.subscribe(this);
		}

		@Override
		public void refuse() {
			giveUp(CIRCUIT_OPEN);
		}

		private void giveUp(String reason) {
			ElevenLabsException last = leave();
			if (last != null) {
				this.wait.dispose();
				fail(last, reason);
			}
		}

		/**
		 * Stop waiting for an attempt that will not be made.
		 */
		private @Nullable ElevenLabsException leave() {
			ElevenLabsException last = stopWaiting();
			if (last != null) {
				this.stage.budget().giveBack();
			}
			return last;
		}

		private @Nullable ElevenLabsException stopWaiting() {
			ElevenLabsException last = this.waitingAfter.getAndSet(null);
			if (last != null && this.breaker != null) {
				this.breaker.remove(this);
			}
			return last;
		}

		private boolean isHopeless() {
			return this.breaker != null && this.breaker.refusesNewcomer();
		}

		/**
		 * Decide whether there is another attempt. Where something else than their number
		 * speaks against it, the error is marked, so that Resilience4j sees it too.
		 * @return how long to wait before it, or {@code null} if there is none
		 */
		private @Nullable Duration waitBeforeNext(ElevenLabsException error) {
			if (this.committed) {
				end(error, "a part of the reply has been passed on");
				return null;
			}
			if (!this.stage.rules().isRetryable(error, this.source.call)) {
				end(error, "the call may have been billed");
				return null;
			}
			this.failures++;
			if (isLast()) {
				return null;
			}
			Duration wait = this.stage.rules().waitAfter(this.failures, error);
			long now = this.stage.timer().now(TimeUnit.NANOSECONDS);
			if (wait.toNanos() >= CallProgress.of(currentContext()).remaining(now)) {
				end(error, "the wait of " + wait + " does not fit into the deadline of the call");
				return null;
			}
			if (isHopeless()) {
				end(error, CIRCUIT_OPEN);
				return null;
			}
			if (!this.stage.budget().tryTake()) {
				logger.debug("The retry budget is spent: a call fails with its first error", error);
				end(error, "the retry budget is spent");
				return null;
			}
			return wait;
		}

		/**
		 * Pass an error on that tells of all attempts whether they may have been billed.
		 */
		private void fail(Throwable error, String reason) {
			end(error, reason);
			if (this.billed != null && this.billed != error) {
				error.addSuppressed(this.billed);
			}
			this.actual.onError(error);
		}

		private static void end(Throwable error, String reason) {
			if (error instanceof ElevenLabsException known && RetryRules.isTransient(known)) {
				RetriesEnded.mark(error, "Not repeated: " + reason);
			}
		}

		private boolean isLast() {
			return this.failures >= this.stage.rules().maxAttempts();
		}

		@Override
		public void cancel() {
			this.cancelled = true;
			this.wait.dispose();
			leave();
			if (this.committed) {
				succeed();
			}
			Subscription upstream;
			synchronized (this) {
				upstream = this.upstream;
			}
			if (upstream != null) {
				upstream.cancel();
			}
		}

	}

}
