package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.limiter.SharedLimit.Configuration;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * The part that one instance plays in a limiter that several share. Redis holds the limit
 * and the queue, and a script decides there; here is kept which calls of this instance
 * wait or run, so that leases can be renewed and nothing depends on a single message. If
 * Redis does not answer in time, this instance goes on alone with its part of the limit.
 * No call is made while the lock is held: what follows from a change is done afterwards.
 */
final class RedisConcurrencyLimiter implements ConcurrencyLimiter {

	/**
	 * How old a place in the shared queue may be when it is asked for.
	 */
	private static final long POSITION_AGE = TimeUnit.MILLISECONDS.toNanos(200);

	private static final QueuePosition NEXT = new QueuePosition(0, Duration.ZERO);

	private final Scheduler timer;

	private final long longestWait;

	private final boolean adaptive;

	private final Refusals refusals;

	private final RedisExchange redis;

	private final LoneGrants alone;

	/**
	 * A monitor, since a lock would park the threads of event loops.
	 */
	private final Object lock = new Object();

	/**
	 * Guarded by the lock.
	 */
	private final SharedLimit limit;

	/**
	 * Guarded by the lock.
	 */
	private final RedisCalls calls;

	/**
	 * Guarded by the lock.
	 */
	private boolean closed;

	/**
	 * Whether nobody may go back into the queue either; guarded by the lock.
	 */
	private boolean ended;

	RedisConcurrencyLimiter(String group, int limit, boolean binding, LimiterSettings settings,
			RedisLimiterSettings redis, RedisLink link, Scheduler timer) {
		this.timer = timer;
		this.longestWait = TimeUnit.NANOSECONDS.convert(settings.maxWait());
		this.adaptive = settings.adaptive();
		this.refusals = new Refusals(group, settings.queueCapacity());
		this.limit = new SharedLimit(limit, binding, settings.headroom(), redis.expectedInstances());
		WaitingQueue queue = new WaitingQueue(settings.guaranteedShares(),
				TimeUnit.NANOSECONDS.convert(settings.ageing()));
		this.calls = new RedisCalls(link.instance, queue, redis.lease());
		this.redis = new RedisExchange(this.lock, group, this.calls, this.limit,
				new LimiterScript(group, link, settings, redis, this.limit::configuration), this.refusals, link, redis,
				timer, new Listener());
		this.alone = new LoneGrants(this.lock, this.calls, this.limit, queue, this.refusals, settings.queueCapacity(),
				this.redis::isAlone, this::begin, timer);
	}

	void start() {
		this.redis.start();
	}

	/**
	 * Stop without a word to anybody, as if the power went.
	 */
	void stopSilently() {
		this.redis.stopSilently();
	}

	void stop() {
		this.redis.stop();
	}

	/**
	 * Whether this instance takes part in the shared limit at the moment.
	 */
	boolean isShared() {
		return this.redis.isShared();
	}

	/**
	 * Return how many instances share the limit, as far as this one knows.
	 */
	int knownInstances() {
		synchronized (this.lock) {
			return this.limit.instances();
		}
	}

	/**
	 * Return how often this instance was cut off from Redis.
	 */
	int cutOffs() {
		return this.redis.cutOffs();
	}

	@Override
	public void enter(Waiter waiter) {
		Runnable next;
		waiter.asks(now());
		synchronized (this.lock) {
			boolean shared = this.redis.isShared();
			ElevenLabsRejectedException refusal = refusal(waiter, shared);
			if (refusal != null) {
				next = () -> waiter.refused(refusal);
			}
			else {
				RedisCall call = this.calls.enter(waiter, shared);
				next = shared ? this.redis.enter(call) : () -> {
					watch(call);
					this.alone.drain();
				};
			}
		}
		next.run();
	}

	private @Nullable ElevenLabsRejectedException refusal(Waiter waiter, boolean shared) {
		if (this.closed) {
			return Refusals.shuttingDown();
		}
		return shared ? null : this.alone.refusal(waiter, patience(waiter));
	}

	private long patience(Waiter waiter) {
		long now = now();
		long waited = now - waiter.waitingSince;
		return Math.max(0, Math.min(this.longestWait - waited, waiter.patience(now))) + waited;
	}

	/**
	 * Watch how long a call waits, unless that is done already.
	 */
	private void watch(RedisCall call) {
		long patience = patience(call.waiter);
		long left;
		int turn;
		synchronized (this.lock) {
			if (call.running || call.expiring || !this.calls.contains(call)) {
				return;
			}
			call.expiring = true;
			turn = call.turn;
			left = Math.max(0, patience - (now() - call.waiter.waitingSince));
		}
		call.waiter.expireIn(left, this.timer, () -> expire(call, turn, patience));
	}

	private void expire(RedisCall call, int turn, long patience) {
		long expected;
		synchronized (this.lock) {
			if (call.turn != turn) {
				return;
			}
			expected = TimeUnit.MILLISECONDS.toNanos(call.expected);
		}
		if (remove(call)) {
			call.waiter.refused(this.refusals.tooLate(patience, expected));
		}
	}

	@Override
	public void leave(Waiter waiter) {
		RedisCall call;
		synchronized (this.lock) {
			call = this.calls.of(waiter);
		}
		if (call != null) {
			remove(call);
		}
	}

	private boolean remove(RedisCall call) {
		List<String> told;
		synchronized (this.lock) {
			if (call.running || !this.calls.contains(call)) {
				return false;
			}
			this.calls.remove(call);
			told = call.told ? List.of(call.id) : List.of();
		}
		this.redis.abandon(told);
		this.alone.drain();
		return true;
	}

	@Override
	public void release(Waiter waiter, CallEnd end) {
		Runnable next;
		synchronized (this.lock) {
			RedisCall call = this.calls.of(waiter);
			if (call == null || !call.running) {
				return;
			}
			this.calls.remove(call);
			boolean served = end == CallEnd.SERVED;
			long held = now() - waiter.grantedAt;
			if (this.redis.isShared()) {
				next = this.redis.release(call, served, held);
			}
			else {
				if (served) {
					this.alone.served(held);
				}
				List<String> told = call.told ? List.of(call.id) : List.of();
				next = () -> {
					this.redis.abandon(told);
					this.alone.drain();
				};
			}
		}
		next.run();
	}

	@Override
	public void refusedByService(Waiter waiter, int advertised) {
		Runnable next;
		RedisCall call;
		synchronized (this.lock) {
			call = this.calls.of(waiter);
			if (call == null || !call.running) {
				return;
			}
			waiter.queuedSince = now();
			boolean shared = this.redis.isShared() && !this.ended;
			List<String> told = call.told ? List.of(call.id) : List.of();
			String permit = this.calls.goBack(call, shared);
			if (this.ended) {
				this.calls.remove(call);
				next = () -> {
					this.redis.abandon(told);
					waiter.refused(Refusals.shutDown());
				};
			}
			else if (shared) {
				next = this.redis.back(call, permit, advertised);
			}
			else {
				this.alone.refusedByService();
				next = () -> this.redis.abandon(told);
			}
		}
		watch(call);
		next.run();
	}

	@Override
	public void observed(Waiter waiter, int maximum, int current) {
		if (!this.adaptive) {
			return;
		}
		Runnable next;
		synchronized (this.lock) {
			if (!this.redis.isShared() || !this.limit.learn(maximum)) {
				RedisCall call = this.calls.of(waiter);
				if (call != null) {
					call.maximum = maximum;
					call.current = current;
				}
				return;
			}
			next = this.redis.observe(maximum, current, waiter.inFlightAtGrant);
		}
		next.run();
	}

	@Override
	public void limit(int limit) {
		configure(new Configuration(limit, true));
	}

	@Override
	public void plan(int limit) {
		synchronized (this.lock) {
			if (this.limit.configuration().binding()) {
				return;
			}
		}
		configure(new Configuration(limit, false));
	}

	private void configure(Configuration configuration) {
		Runnable next;
		synchronized (this.lock) {
			boolean shared = this.redis.isShared();
			this.limit.configure(configuration, shared);
			next = shared ? this.redis.configure() : this.alone::drain;
		}
		next.run();
	}

	/**
	 * Return where a waiter stands, in the shared queue as Redis said last: whoever asks
	 * makes this instance ask Redis for the next time.
	 */
	@Override
	public QueuePosition position(Waiter waiter) {
		Runnable next;
		QueuePosition position;
		synchronized (this.lock) {
			RedisCall call = this.calls.of(waiter);
			if (call == null || call.running) {
				return NEXT;
			}
			if (waiter.line != null) {
				return this.alone.position(waiter);
			}
			position = new QueuePosition(call.ahead, Duration.ofMillis(call.expected));
			if (now() - call.placedAt < POSITION_AGE) {
				return position;
			}
			call.placedAt = now();
			next = this.redis.position(call);
		}
		next.run();
		return position;
	}

	@Override
	public LimiterSnapshot snapshot() {
		synchronized (this.lock) {
			int slots = this.redis.isShared() ? this.limit.limit() : this.limit.share();
			return this.calls.snapshot(slots, this.limit.learned(), this.limit.configuration().limit(),
					this.limit.expectedWait(this.calls.waiting(), slots), now());
		}
	}

	@Override
	public void open() {
		synchronized (this.lock) {
			this.closed = false;
			this.ended = false;
		}
	}

	@Override
	public void close() {
		synchronized (this.lock) {
			this.closed = true;
		}
	}

	@Override
	public void refuseWaiting() {
		List<RedisCall> waiting;
		synchronized (this.lock) {
			this.ended = this.closed;
			waiting = this.calls.waitingCalls();
		}
		for (RedisCall call : waiting) {
			if (remove(call)) {
				call.waiter.refused(Refusals.shutDown());
			}
		}
	}

	private void begin(RedisCall call) {
		if (!call.waiter.granted()) {
			release(call.waiter, CallEnd.UNCLEAR);
		}
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
	}

	/**
	 * What Redis says about the calls of this instance.
	 */
	private final class Listener implements RedisExchange.Listener {

		@Override
		public long patience(Waiter waiter) {
			return RedisConcurrencyLimiter.this.patience(waiter);
		}

		@Override
		public void waits(RedisCall call) {
			watch(call);
		}

		@Override
		public void granted(RedisCall call) {
			begin(call);
		}

		@Override
		public void cutOff(List<RedisCall> waiting) {
			waiting.forEach(RedisConcurrencyLimiter.this::watch);
			RedisConcurrencyLimiter.this.alone.drain();
		}

	}

}
