package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Whether an instance takes part in a shared limit. It does until Redis does not answer
 * in time; then it is alone, and comes back in three steps: Redis answers again, this
 * instance tells for a while how many slots it uses while all others get the time to do
 * the same, and then it hands its calls over.
 * <p>
 * All that happens in the background happens in one loop: a step, whatever becomes of it,
 * is followed by the next one. Guarded by the lock of the limiter; the member is called
 * without it, except where it says so.
 */
final class RedisMembership {

	private static final int RENEWALS_PER_LEASE = 5;

	private static final long HEARTBEAT = TimeUnit.MILLISECONDS.toNanos(200);

	/**
	 * How long Redis must have answered before an instance comes back.
	 */
	private static final long GRACE = TimeUnit.MILLISECONDS.toNanos(1000);

	/**
	 * How long a message of this instance to itself may be on its way.
	 */
	private static final long SILENCE = TimeUnit.MILLISECONDS.toNanos(2000);

	private static final Log logger = LogFactory.getLog(RedisMembership.class);

	private final Object lock;

	private final Member member;

	private final Scheduler timer;

	private final long renewal;

	private final Duration longestStep;

	private Mode mode = Mode.JOINING;

	/**
	 * How often this instance was cut off. A command that was sent before says nothing
	 * about the time since.
	 */
	private int term;

	private long renewAt;

	/**
	 * Since when Redis answers again.
	 */
	private long answeringSince;

	private boolean answering;

	/**
	 * Since when a message of this instance to itself is on its way.
	 */
	private long askedAt;

	private boolean asked;

	/**
	 * Whether one has arrived since this instance was cut off.
	 */
	private boolean heard;

	/**
	 * The loop that runs, if one does: one that was stopped may still have a step to do.
	 */
	private volatile @Nullable Object loop;

	RedisMembership(Object lock, Member member, Duration lease, Scheduler timer) {
		this.lock = lock;
		this.member = member;
		this.timer = timer;
		this.renewal = lease.toNanos() / RENEWALS_PER_LEASE;
		this.longestStep = lease.plus(RedisLink.CONTACT_TIMEOUT);
	}

	void start() {
		Object loop = new Object();
		synchronized (this.lock) {
			if (this.loop != null) {
				return;
			}
			this.mode = Mode.JOINING;
			this.asked = false;
			this.loop = loop;
		}
		heartbeat(loop);
	}

	void stop() {
		this.loop = null;
	}

	/**
	 * Whether Redis grants.
	 */
	boolean isShared() {
		synchronized (this.lock) {
			return this.mode == Mode.SHARED;
		}
	}

	/**
	 * Whether this instance grants.
	 */
	boolean isAlone() {
		synchronized (this.lock) {
			return this.mode == Mode.ALONE;
		}
	}

	/**
	 * Return the time that a command belongs to which is sent now.
	 */
	int term() {
		synchronized (this.lock) {
			return this.term;
		}
	}

	/**
	 * A command was not answered.
	 * @param term when it was sent
	 */
	void lost(int term, Throwable cause) {
		synchronized (this.lock) {
			if (term != this.term || this.loop == null) {
				return;
			}
			this.answering = false;
			this.asked = false;
			if (this.mode == Mode.ALONE) {
				return;
			}
			this.mode = Mode.ALONE;
			this.term++;
			this.heard = false;
			this.member.disconnected();
		}
		this.member.cutOff(cause);
	}

	/**
	 * A message of this instance to itself has arrived.
	 */
	void echoed() {
		synchronized (this.lock) {
			this.asked = false;
			this.heard = true;
		}
	}

	private void heartbeat(Object loop) {
		if (this.loop == loop) {
			Mono.defer(this::step)
				.doFinally((signal) -> this.timer.schedule(() -> heartbeat(loop), Math.min(HEARTBEAT, this.renewal),
						TimeUnit.NANOSECONDS))
				.subscribe((done) -> {
				}, (ex) -> logger.debug("Redis was not reached", ex));
		}
	}

	private Mono<?> step() {
		int term;
		Mono<?> step;
		synchronized (this.lock) {
			term = this.term;
			step = switch (this.mode) {
				case JOINING -> firstContact();
				case SHARED -> renewed();
				case ALONE -> probed();
			};
		}
		return step.timeout(this.longestStep, this.timer).doOnError((ex) -> lost(term, ex));
	}

	private Mono<?> firstContact() {
		return Mono.defer(this.member::reach)
			.then(Mono.defer(this::join))
			.contextWrite(RedisLink::patient)
			.timeout(RedisLink.CONTACT_TIMEOUT, this.timer);
	}

	private Mono<?> renewed() {
		long now = now();
		if (isSubscriptionLost(now)) {
			return subscriptionLost();
		}
		if (now - this.renewAt < 0) {
			return Mono.empty();
		}
		this.renewAt = now + this.renewal;
		return Mono.defer(this::report);
	}

	private Mono<?> probed() {
		return Mono.defer(this.member::reach).then(Mono.defer(this::report)).then(Mono.defer(this::answered));
	}

	private Mono<?> answered() {
		synchronized (this.lock) {
			long now = now();
			if (!this.answering) {
				this.answering = true;
				this.answeringSince = now;
			}
			if (isSubscriptionLost(now)) {
				return subscriptionLost();
			}
			if (!this.heard || now - this.answeringSince < GRACE) {
				return Mono.empty();
			}
			this.mode = Mode.JOINING;
		}
		return join();
	}

	private boolean isSubscriptionLost(long now) {
		return this.asked && now - this.askedAt >= SILENCE;
	}

	private Mono<?> subscriptionLost() {
		return Mono.error(() -> {
			this.member.subscriptionLost();
			return new IllegalStateException("Messages of Redis do not arrive");
		});
	}

	/**
	 * Tell Redis what this instance has; it answers, and lets it hear its own message.
	 */
	private Mono<?> report() {
		boolean alone;
		synchronized (this.lock) {
			alone = this.mode == Mode.ALONE;
			if (!this.asked) {
				this.asked = true;
				this.askedAt = now();
			}
		}
		return this.member.report(alone);
	}

	private Mono<?> join() {
		int term = term();
		return Mono.defer(this.member::configure).then(Mono.defer(this::report)).doOnSuccess((answer) -> joined(term));
	}

	/**
	 * Begin to share, unless that came too late and this instance goes on alone already.
	 */
	private void joined(int term) {
		synchronized (this.lock) {
			if (term != this.term) {
				return;
			}
			this.mode = Mode.SHARED;
			this.renewAt = now() + this.renewal;
			this.member.handOver();
		}
		this.member.joined();
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
	}

	/**
	 * Whose membership it is.
	 */
	interface Member {

		/**
		 * Connect, and listen to messages.
		 */
		Mono<?> reach();

		/**
		 * Tell what is configured, if that is news.
		 */
		Mono<?> configure();

		/**
		 * Tell all that there is, and renew the leases.
		 * @param alone whether this instance grants
		 */
		Mono<?> report(boolean alone);

		/**
		 * From now on this instance grants. Called with the lock.
		 */
		void disconnected();

		/**
		 * It does since a moment ago.
		 * @param cause why
		 */
		void cutOff(Throwable cause);

		/**
		 * From now on Redis grants. Called with the lock.
		 */
		void handOver();

		/**
		 * It does since a moment ago.
		 */
		void joined();

		/**
		 * Messages do not arrive.
		 */
		void subscriptionLost();

	}

	/**
	 * How this instance works.
	 */
	private enum Mode {

		/**
		 * Nothing is granted until Redis has answered.
		 */
		JOINING,

		/**
		 * Redis grants.
		 */
		SHARED,

		/**
		 * This instance grants, as far as its part goes.
		 */
		ALONE

	}

}
