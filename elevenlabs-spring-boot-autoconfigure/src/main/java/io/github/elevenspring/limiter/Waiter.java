package io.github.elevenspring.limiter;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.Priority;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * A call that wants a permit, and at the same time its place in the queue: it carries the
 * links of the lists it stands in, so that joining and leaving cost no allocation and no
 * search. The links belong to the queue and are guarded by its lock.
 */
abstract class Waiter {

	final Priority priority;

	final String tenant;

	/**
	 * How many slots the call takes.
	 */
	final int weight;

	/**
	 * How many slots it holds: fewer than its weight where the limit is smaller than
	 * that.
	 */
	int held;

	/**
	 * How many slots this application had in use when the permit was granted, its own
	 * among them.
	 */
	int inFlightAtGrant;

	/**
	 * When the call asked for the first time, in nanoseconds of the limiter's clock.
	 */
	long waitingSince;

	/**
	 * When the call joined the queue for the last time, in nanoseconds of the limiter's
	 * clock.
	 */
	long queuedSince;

	/**
	 * When the permit was granted, in nanoseconds of the limiter's clock.
	 */
	long grantedAt;

	@Nullable TenantLine line;

	@Nullable Waiter ahead;

	@Nullable Waiter behind;

	@Nullable Waiter older;

	@Nullable Waiter younger;

	/**
	 * When the wait has gone on too long, in ticks of the wheel.
	 */
	long expiry;

	@Nullable Waiter previousInSlot;

	@Nullable Waiter nextInSlot;

	Waiter(Priority priority, @Nullable String tenant, int weight) {
		this.priority = priority;
		this.tenant = (tenant != null) ? tenant : "";
		this.weight = weight;
	}

	/**
	 * Run a task when the wait has gone on too long, unless it ends before. For limiters
	 * that do not put the waiter on a {@link TimingWheel}.
	 * @param nanos how long that is
	 * @param timer runs the task
	 * @param task the task
	 */
	abstract void expireIn(long nanos, Scheduler timer, Runnable task);

	/**
	 * Take the permit. Called without any lock, once for each time the waiter asked.
	 * @return whether it is still wanted; if not, the limiter takes it back
	 */
	abstract boolean granted();

	/**
	 * Take the refusal. Called without any lock, in place of {@link #granted()}; must not
	 * throw, since others wait to hear the same.
	 * @param refusal why
	 */
	abstract void refused(ElevenLabsException refusal);

	/**
	 * Return how much longer the call is worth waiting for.
	 * @param now nanoseconds of the limiter's clock, not before the call asked
	 * @return the time in nanoseconds, {@link Long#MAX_VALUE} for any time
	 */
	abstract long patience(long now);

	/**
	 * Take note that the call asks for the first time.
	 * @param now nanoseconds of the limiter's clock
	 */
	final void asks(long now) {
		this.waitingSince = now;
		this.queuedSince = now;
	}

}
