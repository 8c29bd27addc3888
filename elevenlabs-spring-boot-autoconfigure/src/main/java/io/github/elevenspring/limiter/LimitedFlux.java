package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;

import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.limiter.ConcurrencyLimiter.CallEnd;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.ReplyMetadata;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * Subscribes to a reply when there is a permit for it, and gives the permit back when the
 * reply has ended, whichever way. A reply that the service refuses for its own limit,
 * with nothing sent yet, goes back into the queue unseen by the subscriber.
 */
final class LimitedFlux extends Flux<ReplyPart> {

	private final Flux<ReplyPart> reply;

	private final ConcurrencyLimiter limiter;

	private final CallOptions options;

	private final int weight;

	LimitedFlux(Flux<ReplyPart> reply, ConcurrencyLimiter limiter, CallOptions options, int weight) {
		this.reply = reply;
		this.limiter = limiter;
		this.options = options;
		this.weight = weight;
	}

	@Override
	public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
		LimitedSubscriber subscriber = new LimitedSubscriber(actual, this);
		actual.onSubscribe(subscriber);
		subscriber.enter();
	}

	/**
	 * One subscription: what stands in the queue, holds the permit, and passes the reply
	 * on.
	 */
	private static final class LimitedSubscriber extends Waiter implements CoreSubscriber<ReplyPart>, Subscription {

		/**
		 * Whoever waited to the very deadline would be cancelled by it, and learn nothing
		 * of the queue.
		 */
		private static final int PART_FOR_REFUSAL = 20;

		private static final int WAITING = 0;

		private static final int RUNNING = 1;

		private static final int ENDED = 2;

		private static final AtomicIntegerFieldUpdater<LimitedSubscriber> STATE = AtomicIntegerFieldUpdater
			.newUpdater(LimitedSubscriber.class, "state");

		private final CoreSubscriber<? super ReplyPart> actual;

		private final LimitedFlux source;

		/**
		 * Running from the moment the reply is subscribed to: who leaves after the grant,
		 * but before that, leaves the permit to {@link #onSubscribe}.
		 */
		private volatile int state;

		/**
		 * Whether something of the reply has been passed on: from then on it cannot go
		 * back into the queue. Belongs to the signals of the reply, which come one after
		 * the other; a request that sees it late only counts demand nobody looks at.
		 */
		private boolean begun;

		/**
		 * What was asked for while nothing has been passed on. Guarded by this.
		 */
		private long demand;

		/**
		 * Whether everything was asked for. Asking twice for that does no harm, so
		 * whoever does needs no monitor.
		 */
		private volatile boolean unbounded;

		/**
		 * Belongs to the signals of the reply; others look at it in state running only.
		 */
		private @Nullable Subscription upstream;

		/**
		 * Set under the monitor, and looked at after the state has changed.
		 */
		private volatile @Nullable Disposable expiry;

		/**
		 * What the service said when it did not honour the permit.
		 */
		private @Nullable ElevenLabsApiException refusal;

		LimitedSubscriber(CoreSubscriber<? super ReplyPart> actual, LimitedFlux source) {
			super(source.options.priority(), source.options.tenant(), source.weight);
			this.actual = actual;
			this.source = source;
		}

		void enter() {
			Consumer<QueueTicket> listener = currentContext().getOrDefault(QueueTicket.class, null);
			if (listener != null) {
				hand(listener);
			}
			if (this.state != ENDED) {
				this.source.limiter.enter(this);
				if (this.state == ENDED) {
					this.source.limiter.leave(this);
				}
			}
		}

		private void hand(Consumer<QueueTicket> listener) {
			try {
				listener.accept(() -> this.source.limiter.position(this));
			}
			catch (Throwable ex) {
				Exceptions.throwIfJvmFatal(ex);
				if (STATE.compareAndSet(this, WAITING, ENDED)) {
					fail(ex);
				}
			}
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		@Override
		long patience(long now) {
			long waited = now - this.waitingSince;
			long left = CallProgress.of(currentContext()).remaining(now);
			Duration deadline = this.source.options.deadline();
			if (left == Long.MAX_VALUE && deadline != null) {
				left = TimeUnit.NANOSECONDS.convert(deadline) - waited;
			}
			return (left != Long.MAX_VALUE) ? left - (left + waited) / PART_FOR_REFUSAL : Long.MAX_VALUE;
		}

		@Override
		void expireIn(long nanos, Scheduler timer, Runnable task) {
			Disposable expiry = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
			Disposable useless;
			synchronized (this) {
				boolean waits = this.state == WAITING;
				useless = waits ? this.expiry : expiry;
				this.expiry = waits ? expiry : this.expiry;
			}
			if (useless != null) {
				useless.dispose();
			}
			if (this.state != WAITING) {
				stopExpiry();
			}
		}

		@Override
		boolean granted() {
			if (this.state == ENDED) {
				return false;
			}
			long waited = this.grantedAt - this.queuedSince;
			if (waited > 0) {
				CallProgress.of(currentContext()).addQueueWait(waited);
			}
			try {
				this.source.reply.subscribe(this);
			}
			catch (Throwable ex) {
				onError(ex);
				Exceptions.throwIfJvmFatal(ex);
			}
			return true;
		}

		@Override
		void refused(ElevenLabsException refusal) {
			if (STATE.compareAndSet(this, WAITING, ENDED)) {
				stopExpiry();
				ElevenLabsApiException cause = this.refusal;
				fail((cause != null && refusal.getKind() == ErrorKind.QUEUE_TIMEOUT)
						? cause.withRetryAfter(refusal.getRetryAfter()) : refusal);
			}
		}

		/**
		 * A subscriber that throws must not be noticed by the limiter, or by the call
		 * that gave its permit to this one.
		 */
		private void fail(Throwable error) {
			try {
				this.actual.onError(error);
			}
			catch (Throwable ex) {
				Operators.onErrorDropped(ex, currentContext());
			}
		}

		@Override
		public void onSubscribe(Subscription upstream) {
			boolean running;
			long demand = 0;
			if (this.unbounded) {
				this.upstream = upstream;
				running = STATE.compareAndSet(this, WAITING, RUNNING);
			}
			else {
				// Who asks for more sees both or none, and is not counted twice.
				synchronized (this) {
					this.upstream = upstream;
					running = STATE.compareAndSet(this, WAITING, RUNNING);
					demand = this.demand;
				}
			}
			if (!running) {
				upstream.cancel();
				this.source.limiter.release(this, CallEnd.UNCLEAR);
				return;
			}
			stopExpiry();
			if (this.unbounded) {
				upstream.request(Long.MAX_VALUE);
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
			if (n == Long.MAX_VALUE) {
				this.unbounded = true;
				upstream = running();
			}
			else {
				synchronized (this) {
					upstream = running();
					if (!this.begun) {
						this.demand = Operators.addCap(this.demand, n);
					}
				}
			}
			if (upstream != null) {
				upstream.request(n);
			}
		}

		private @Nullable Subscription running() {
			return (this.state == RUNNING) ? this.upstream : null;
		}

		@Override
		public void onNext(ReplyPart part) {
			if (!this.begun) {
				this.begun = true;
				if (part instanceof ReplyPart.Head head) {
					observed(head);
				}
			}
			this.actual.onNext(part);
		}

		private void observed(ReplyPart.Head head) {
			ReplyMetadata metadata = head.metadata();
			Integer maximum = metadata.maximumConcurrentRequests();
			Integer current = metadata.currentConcurrentRequests();
			if (maximum != null && current != null) {
				this.source.limiter.observed(this, maximum, current);
			}
		}

		@Override
		public void onError(Throwable error) {
			if (this.upstream == null) {
				onSubscribe(Operators.emptySubscription());
			}
			if (!this.begun && error instanceof ElevenLabsApiException refusal
					&& refusal.getKind() == ErrorKind.CONCURRENCY) {
				goBack(refusal);
			}
			else if (STATE.compareAndSet(this, RUNNING, ENDED)) {
				try {
					this.source.limiter.release(this, CallEnd.UNCLEAR);
				}
				finally {
					fail(error);
				}
			}
			else {
				Operators.onErrorDropped(error, currentContext());
			}
		}

		private void goBack(ElevenLabsApiException refusal) {
			this.refusal = refusal;
			this.upstream = null;
			if (STATE.compareAndSet(this, RUNNING, WAITING)) {
				Integer limit = refusal.getConcurrencyLimit();
				this.source.limiter.refusedByService(this, (limit != null) ? limit : 0);
				if (this.state == ENDED) {
					this.source.limiter.leave(this);
				}
			}
		}

		@Override
		public void onComplete() {
			if (STATE.compareAndSet(this, RUNNING, ENDED)) {
				try {
					this.source.limiter.release(this, CallEnd.SERVED);
				}
				finally {
					this.actual.onComplete();
				}
			}
		}

		@Override
		public void cancel() {
			int before = STATE.getAndSet(this, ENDED);
			if (before == WAITING) {
				stopExpiry();
				this.source.limiter.leave(this);
			}
			else if (before == RUNNING) {
				Subscription upstream = this.upstream;
				try {
					if (upstream != null) {
						upstream.cancel();
					}
				}
				finally {
					this.source.limiter.release(this, CallEnd.UNCLEAR);
				}
			}
		}

		private void stopExpiry() {
			if (this.expiry == null) {
				return;
			}
			Disposable expiry;
			synchronized (this) {
				expiry = this.expiry;
				this.expiry = null;
			}
			if (expiry != null) {
				expiry.dispose();
			}
		}

	}

}
