package io.github.elevenspring.call;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.github.elevenspring.model.CacheResult;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.Delivery;
import org.jspecify.annotations.Nullable;
import reactor.util.context.ContextView;

/**
 * What has happened to a call so far, as far as the stages tell each other and the
 * caller. It rides in the Reactor context of each subscription to
 * {@link CallPipeline#execute}.
 * <p>
 * What returns a value without changing one is for everybody: {@link #of},
 * {@link #attempts()}, {@link #remaining}, {@link #delivery()}. All else is for the
 * stages of the pipeline and its client alone, each for what it does itself: an
 * application that counts an attempt or withdraws a call breaks what the others rely on.
 * Thread-safe; what belongs together is written by one stage, one signal after the other.
 *
 * @since 0.1.0
 */
public final class CallProgress {

	private static final int WITHDRAWN = -1;

	private static final AtomicIntegerFieldUpdater<CallProgress> ATTEMPTS = AtomicIntegerFieldUpdater
		.newUpdater(CallProgress.class, "attempts");

	private volatile int attempts;

	private volatile long queueWait;

	private volatile CacheResult cache = CacheResult.NONE;

	private volatile @Nullable Degradation degradation;

	private volatile boolean bounded;

	private volatile long endsAt;

	/**
	 * Return the progress of the call that is subscribed to.
	 * @param context context of the subscription
	 * @return the progress, a new one outside of a pipeline
	 */
	public static CallProgress of(ContextView context) {
		CallProgress progress = context.getOrDefault(CallProgress.class, null);
		return (progress != null) ? progress : new CallProgress();
	}

	/**
	 * Count a request that is about to be sent to the service. For the client.
	 * @return whether it may be sent, which it must not if the call was withdrawn
	 */
	public boolean countAttempt() {
		return ATTEMPTS.updateAndGet(this, (count) -> (count != WITHDRAWN) ? count + 1 : WITHDRAWN) != WITHDRAWN;
	}

	/**
	 * Withdraw a call for which nothing has been sent. Nothing will be sent from then on,
	 * and no answer comes: whoever withdraws a call cancels it. For stages that may ask
	 * again in another way.
	 * @return whether the call is withdrawn, {@code false} if something was sent before
	 */
	public boolean withdraw() {
		return ATTEMPTS.compareAndSet(this, 0, WITHDRAWN);
	}

	/**
	 * Return how many requests have been sent to the service.
	 * @return the attempts
	 */
	public int attempts() {
		return Math.max(0, this.attempts);
	}

	/**
	 * Add to the time that the call has waited for a slot. For the limiter.
	 * @param nanos a further wait
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void addQueueWait(long nanos) {
		this.queueWait += nanos;
	}

	/**
	 * Add what another call has taken that was made on behalf of this one. For the cache.
	 * @param other progress of the other call
	 */
	@SuppressWarnings("NonAtomicVolatileUpdate")
	public void add(CallProgress other) {
		ATTEMPTS.addAndGet(this, other.attempts());
		this.queueWait += other.queueWait;
	}

	/**
	 * Set what the cache did. For the cache.
	 * @param result the result
	 */
	public void cache(CacheResult result) {
		this.cache = result;
	}

	/**
	 * Set how the answer differs from what was asked for. For the fallback.
	 * @param degradation the difference
	 */
	public void degraded(Degradation degradation) {
		this.degradation = degradation;
	}

	/**
	 * Set when the call must have ended. For stages that bound the time.
	 * @param nanos the time in nanoseconds of the scheduler that measures it
	 */
	public void endsAt(long nanos) {
		this.endsAt = nanos;
		this.bounded = true;
	}

	/**
	 * Return how much time the call has left.
	 * @param now the time in nanoseconds of the scheduler that measures it
	 * @return the time left in nanoseconds, not positive if it is over,
	 * {@link Long#MAX_VALUE} if nothing bounds the call
	 */
	public long remaining(long now) {
		return this.bounded ? this.endsAt - now : Long.MAX_VALUE;
	}

	/**
	 * Return what it has taken so far to get a reply.
	 * @return a snapshot
	 */
	public Delivery delivery() {
		return new Delivery(attempts(), Duration.ofNanos(this.queueWait), this.cache, this.degradation);
	}

}
