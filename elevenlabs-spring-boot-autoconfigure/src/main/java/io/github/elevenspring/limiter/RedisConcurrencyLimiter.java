package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.limiter.RedisCall.Grant;
import io.github.elevenspring.limiter.RedisCalls.Report;
import io.github.elevenspring.limiter.SharedLimit.Configuration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The part that one instance plays in a limiter that several share. Redis holds the limit
 * and the queue, and a script decides there; here is kept which calls of this instance
 * wait or run, so that leases can be renewed and nothing depends on a single message. If
 * Redis does not answer in time, this instance goes on alone with its part of the limit.
 * No call is made while the lock is held: what follows from a change is done afterwards.
 */
final class RedisConcurrencyLimiter implements ConcurrencyLimiter {

	private static final int NEWCOMERS_AT_A_TIME = 32;

	private static final int MOST_DOUBLINGS = 6;

	/**
	 * How old a place in the shared queue may be when it is asked for.
	 */
	private static final long POSITION_AGE = TimeUnit.MILLISECONDS.toNanos(200);

	private static final Log logger = LogFactory.getLog(RedisConcurrencyLimiter.class);

	private final String group;

	private final RedisLink link;

	private final Scheduler timer;

	private final LimiterSettings settings;

	private final long longestWait;

	private final Refusals refusals;

	private final LimiterScript script;

	private final RedisMembership membership;

	private final DrainLoop drain;

	/**
	 * A monitor, since a lock would park the threads of event loops.
	 */
	private final Object lock = new Object();

	// All below is guarded by the lock.

	private final SharedLimit limit;

	private final RedisCalls calls;

	/**
	 * Who waits while this instance is alone.
	 */
	private final WaitingQueue queue;

	private final Deque<RedisCall> newcomers = new ArrayDeque<>();

	/**
	 * How many newcomers Redis is being told of.
	 */
	private int telling;

	private boolean waking;

	/**
	 * Until when nothing is granted here, if refusals came in a row.
	 */
	private long pausedUntil;

	private int refusalsInARow;

	private boolean closed;

	/**
	 * Whether nobody may go back into the queue either.
	 */
	private boolean ended;

	RedisConcurrencyLimiter(String group, int limit, boolean binding, LimiterSettings settings,
			RedisLimiterSettings redis, RedisLink link, Scheduler timer) {
		this.group = group;
		this.link = link;
		this.timer = timer;
		this.settings = settings;
		this.longestWait = TimeUnit.NANOSECONDS.convert(settings.maxWait());
		this.refusals = new Refusals(group, settings.queueCapacity());
		this.limit = new SharedLimit(limit, binding, settings.headroom(), redis.expectedInstances());
		this.queue = new WaitingQueue(settings.guaranteedShares(), TimeUnit.NANOSECONDS.convert(settings.ageing()));
		this.calls = new RedisCalls(link.instance, this.queue, redis.lease());
		this.script = new LimiterScript(group, link, settings, redis, this.limit::configuration);
		this.membership = new RedisMembership(this.lock, new Membership(), redis.lease(), timer);
		this.drain = new DrainLoop(this::grantAlone, timer);
	}

	void start() {
		this.link.register(this.group, this::receive);
		this.membership.start();
	}

	/**
	 * Stop without a word to anybody, as if the power went.
	 */
	void stopSilently() {
		this.membership.stop();
	}

	void stop() {
		this.membership.stop();
		Mono<ScriptAnswer> bye;
		synchronized (this.lock) {
			bye = this.script.bye(this.calls.everyId());
		}
		bye.subscribe((answer) -> {
		}, (ex) -> logger.debug("Redis was not told that this instance leaves", ex));
	}

	/**
	 * Whether this instance takes part in the shared limit at the moment.
	 */
	boolean isShared() {
		return this.membership.isShared();
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
		return this.membership.term();
	}

	@Override
	public void enter(Waiter waiter) {
		Runnable next;
		synchronized (this.lock) {
			boolean shared = this.membership.isShared();
			ElevenLabsRejectedException refusal = this.closed ? Refusals.shuttingDown()
					: shared ? null : refusalAlone(waiter);
			if (refusal != null) {
				next = () -> waiter.refused(refusal);
			}
			else {
				waiter.waitingSince = now();
				RedisCall call = this.calls.enter(waiter, shared);
				if (shared) {
					this.newcomers.add(call);
					next = this::tellNewcomers;
				}
				else {
					next = () -> {
						expire(call);
						this.drain.run();
					};
				}
			}
		}
		next.run();
	}

	private @Nullable ElevenLabsRejectedException refusalAlone(Waiter waiter) {
		int waiting = this.queue.size();
		long expected = (waiting > 0) ? expectedWait(this.queue.aheadOfNewcomer(waiter)) : 0;
		if (waiting >= this.settings.queueCapacity()) {
			return this.refusals.full(expected);
		}
		long patience = patience(waiter);
		return (expected > patience) ? this.refusals.late(expected, patience) : null;
	}

	/**
	 * Tell Redis of newcomers, a bounded number at a time: the answer to a command would
	 * come late if many others were on their way before it.
	 */
	private void tellNewcomers() {
		for (Runnable next = nextNewcomer(); next != null; next = nextNewcomer()) {
			next.run();
		}
	}

	private @Nullable Runnable nextNewcomer() {
		synchronized (this.lock) {
			while (this.telling < NEWCOMERS_AT_A_TIME && !this.newcomers.isEmpty()) {
				RedisCall call = this.newcomers.remove();
				if (call.pending && this.calls.contains(call)) {
					this.telling++;
					String id = call.id;
					long patience = patience(call.waiter);
					Mono<ScriptAnswer> command = this.script.enter(id, call.waiter, patience)
						.doFinally((signal) -> toldOfNewcomer());
					return () -> send(command, (answer) -> entered(call, id, answer, patience), List.of());
				}
			}
			return null;
		}
	}

	private void toldOfNewcomer() {
		synchronized (this.lock) {
			this.telling--;
		}
		tellNewcomers();
	}

	/**
	 * Take note of what Redis says about a call that it was to take into its queue.
	 */
	private void entered(RedisCall call, String id, ScriptAnswer answer, long patience) {
		Runnable next = () -> {
		};
		synchronized (this.lock) {
			long expected = TimeUnit.MILLISECONDS.toNanos(answer.expected());
			if (this.calls.of(id) != call) {
				next = () -> abandon(List.of(id));
			}
			else {
				call.pending = false;
				place(call, answer);
				switch (answer.word()) {
					case WAIT -> next = () -> expire(call);
					case FULL -> next = refused(call, this.refusals.full(expected));
					case LATE -> next = refused(call, this.refusals.late(expected, patience));
					case OK -> {
					}
				}
			}
		}
		next.run();
	}

	private Runnable refused(RedisCall call, ElevenLabsRejectedException refusal) {
		this.calls.remove(call);
		return () -> this.timer.schedule(() -> call.waiter.refused(refusal));
	}

	/**
	 * Watch how long a call waits, unless that is done already.
	 */
	private void expire(RedisCall call) {
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
		call.waiter.expireIn(left, this.timer, () -> expired(call, turn, patience));
	}

	private void expired(RedisCall call, int turn, long patience) {
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
		synchronized (this.lock) {
			if (call.running || !this.calls.contains(call)) {
				return false;
			}
			this.calls.remove(call);
		}
		if (call.told) {
			abandon(List.of(call.id));
		}
		this.drain.run();
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
			long now = now();
			long held = now - waiter.grantedAt;
			if (served) {
				this.refusalsInARow = 0;
			}
			if (this.membership.isShared()) {
				Mono<ScriptAnswer> command = this.script.release(call, served, held);
				next = () -> send(command, List.of(call.id));
			}
			else {
				if (call.told) {
					this.calls.ended(List.of(call.id), now);
				}
				if (served) {
					this.limit.served(TimeUnit.NANOSECONDS.toMillis(held));
				}
				next = this.drain::run;
			}
		}
		next.run();
	}

	@Override
	public void refusedByService(Waiter waiter, int advertised) {
		Runnable next;
		synchronized (this.lock) {
			RedisCall call = this.calls.of(waiter);
			if (call == null || !call.running) {
				return;
			}
			boolean shared = this.membership.isShared();
			boolean told = call.told;
			String permit = this.calls.goBack(call, shared);
			if (this.ended) {
				this.calls.remove(call);
				next = () -> {
					abandon(List.of(permit));
					waiter.refused(Refusals.shutDown());
				};
			}
			else if (shared) {
				String id = call.id;
				Mono<ScriptAnswer> command = this.script.back(id, permit, waiter, advertised);
				next = () -> {
					expire(call);
					send(command, (answer) -> entered(call, id, answer, this.longestWait), List.of(permit));
				};
			}
			else {
				if (told) {
					this.calls.ended(List.of(permit), now());
				}
				long pause = ThreadLocalRandom.current().nextLong(25, pauseAfterRefusal() + 1);
				this.pausedUntil = now() + TimeUnit.MILLISECONDS.toNanos(pause);
				next = () -> {
					expire(call);
					this.timer.schedule(this.drain::run, pause + 1, TimeUnit.MILLISECONDS);
				};
			}
		}
		next.run();
	}

	private long pauseAfterRefusal() {
		return 50L << Math.min(this.refusalsInARow++, MOST_DOUBLINGS);
	}

	@Override
	public void observed(Waiter waiter, int maximum, int current) {
		if (!this.settings.adaptive()) {
			return;
		}
		Mono<ScriptAnswer> command;
		synchronized (this.lock) {
			if (!this.membership.isShared() || !this.limit.learn(maximum)) {
				RedisCall call = this.calls.of(waiter);
				if (call != null) {
					call.maximum = maximum;
					call.current = current;
				}
				return;
			}
			command = this.script.observe(maximum, current, waiter.inFlightAtGrant);
		}
		send(command, List.of());
	}

	@Override
	public void limit(int limit) {
		configure(new Configuration(limit, true));
	}

	@Override
	public void plan(int limit) {
		configure(new Configuration(limit, false));
	}

	private void configure(Configuration configuration) {
		boolean shared;
		synchronized (this.lock) {
			shared = this.membership.isShared();
			this.limit.configure(configuration, shared);
		}
		if (shared) {
			send(configure(), List.of());
		}
		this.drain.run();
	}

	private Mono<ScriptAnswer> configure() {
		synchronized (this.lock) {
			if (this.limit.isTold()) {
				return Mono.empty();
			}
			Configuration configuration = this.limit.configuration();
			return this.script.configure(configuration, !this.limit.isIntroduced()).doOnNext((answer) -> {
				synchronized (this.lock) {
					this.limit.told(configuration);
				}
			});
		}
	}

	/**
	 * Return where a waiter stands, in the shared queue as Redis said last: whoever asks
	 * makes this instance ask Redis for the next time.
	 */
	@Override
	public QueuePosition position(Waiter waiter) {
		Mono<ScriptAnswer> command;
		RedisCall call;
		QueuePosition position;
		synchronized (this.lock) {
			call = this.calls.of(waiter);
			if (call == null || call.running) {
				return new QueuePosition(0, Duration.ZERO);
			}
			if (waiter.line != null) {
				int ahead = this.queue.ahead(waiter);
				return new QueuePosition(ahead, Duration.ofNanos(expectedWait(ahead)));
			}
			position = new QueuePosition(call.ahead, Duration.ofMillis(call.expected));
			if (now() - call.placedAt < POSITION_AGE) {
				return position;
			}
			call.placedAt = now();
			command = this.script.position(call.id);
		}
		send(command, (answer) -> place(call, answer), List.of());
		return position;
	}

	private void place(RedisCall call, ScriptAnswer answer) {
		synchronized (this.lock) {
			call.ahead = answer.ahead();
			call.expected = answer.expected();
			call.placedAt = now();
		}
	}

	@Override
	public LimiterSnapshot snapshot() {
		synchronized (this.lock) {
			return this.calls.snapshot(slots(), this.limit.learned(), this.limit.configuration().limit(),
					expectedWait(this.calls.waiting()), now());
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

	// With Redis

	private void send(Mono<ScriptAnswer> command, List<String> ended) {
		send(command, (answer) -> {
		}, ended);
	}

	/**
	 * Send a command.
	 * @param then what follows from the answer
	 * @param ended stays that it ends: if it is lost, Redis is told again
	 */
	private void send(Mono<ScriptAnswer> command, Consumer<ScriptAnswer> then, List<String> ended) {
		int term = this.membership.term();
		heard(command.doOnNext(then)).subscribe((answer) -> {
		}, (ex) -> {
			synchronized (this.lock) {
				this.calls.ended(ended, now());
			}
			this.membership.lost(term, ex);
		});
	}

	private Mono<ScriptAnswer> heard(Mono<ScriptAnswer> command) {
		return command.doOnNext((answer) -> {
			boolean wake;
			synchronized (this.lock) {
				this.limit.note(answer, this.membership.isAlone(), this.membership.isShared());
				wake = answer.pause() > 0 && !this.waking;
				this.waking |= wake;
			}
			if (wake) {
				this.timer.schedule(this::wake, answer.pause() + 1, TimeUnit.MILLISECONDS);
			}
			take(answer.grants());
		});
	}

	private void wake() {
		boolean shared;
		synchronized (this.lock) {
			this.waking = false;
			shared = this.membership.isShared();
		}
		if (shared) {
			send(this.script.wake(), List.of());
		}
	}

	/**
	 * Take a message: what this instance said to itself, how many instances there are
	 * since somebody joined, or a permit.
	 */
	private void receive(String message) {
		if (message.equals("?")) {
			this.membership.echoed();
		}
		else if (message.startsWith("=")) {
			synchronized (this.lock) {
				this.limit.joined(Integer.parseInt(message.substring(1)));
			}
		}
		else {
			take(List.of(Grant.parse(message)));
		}
	}

	private void take(List<Grant> grants) {
		List<RedisCall> granted = new ArrayList<>(grants.size());
		List<String> unwanted = new ArrayList<>();
		synchronized (this.lock) {
			for (Grant grant : grants) {
				RedisCall call = this.calls.of(grant.id());
				if (call == null) {
					unwanted.add(grant.id());
				}
				else if (!call.running) {
					this.calls.hold(call, grant.slots(), grant.inFlight(), now());
					granted.add(call);
				}
			}
		}
		abandon(unwanted);
		granted.forEach((call) -> this.timer.schedule(() -> start(call)));
	}

	private void start(RedisCall call) {
		if (!call.waiter.granted()) {
			release(call.waiter, CallEnd.UNCLEAR);
		}
	}

	/**
	 * Tell Redis of stays that have ended, now or when it is back.
	 */
	private void abandon(List<String> ids) {
		if (ids.isEmpty()) {
			return;
		}
		boolean shared;
		synchronized (this.lock) {
			shared = this.membership.isShared();
			if (!shared) {
				this.calls.ended(ids, now());
			}
		}
		if (shared) {
			send(this.script.drop(ids), ids);
		}
	}

	// Alone

	private void grantAlone() {
		for (RedisCall call = takeNext(); call != null; call = takeNext()) {
			start(call);
		}
	}

	private @Nullable RedisCall takeNext() {
		synchronized (this.lock) {
			long now = now();
			if (!this.membership.isAlone() || this.pausedUntil != 0 && now - this.pausedUntil < 0) {
				return null;
			}
			Waiter waiter = this.queue.next();
			RedisCall call = (waiter != null) ? this.calls.of(waiter) : null;
			if (waiter == null || call == null) {
				return null;
			}
			int share = this.limit.share();
			int slots = Math.min(waiter.weight, share);
			if (this.calls.slots() + slots > share) {
				return null;
			}
			this.queue.take(waiter, now);
			this.calls.hold(call, slots, this.calls.slots() + slots, now);
			return call;
		}
	}

	private int slots() {
		return this.membership.isShared() ? this.limit.limit() : this.limit.share();
	}

	private long expectedWait(int ahead) {
		return this.limit.expectedWait(ahead, slots());
	}

	private long patience(Waiter waiter) {
		return Math.min(this.longestWait, waiter.patience());
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
	}

	/**
	 * What the state of the membership means for the calls.
	 */
	private final class Membership implements RedisMembership.Member {

		@Override
		public Mono<?> reach() {
			return RedisConcurrencyLimiter.this.link.reach();
		}

		@Override
		public Mono<?> configure() {
			return heard(RedisConcurrencyLimiter.this.configure());
		}

		@Override
		public Mono<?> report(boolean alone) {
			RedisConcurrencyLimiter limiter = RedisConcurrencyLimiter.this;
			Report report;
			Mono<ScriptAnswer> command;
			synchronized (limiter.lock) {
				long now = now();
				report = limiter.calls.report(alone, now);
				int reserve = alone ? Math.max(0, limiter.limit.share() - limiter.calls.slots()) : 0;
				command = limiter.script.sync(report, limiter.limit.maximum(), reserve, now);
			}
			return heard(command.doOnNext((answer) -> reported(report)));
		}

		private void reported(Report report) {
			List<String> ended;
			synchronized (RedisConcurrencyLimiter.this.lock) {
				ended = RedisConcurrencyLimiter.this.calls.reported(report);
			}
			abandon(ended);
		}

		@Override
		public void loseTouch() {
			RedisConcurrencyLimiter.this.newcomers.clear();
			RedisConcurrencyLimiter.this.calls.loseTouch(now());
		}

		@Override
		public void cutOff(Throwable cause) {
			List<RedisCall> waiting;
			int share;
			synchronized (RedisConcurrencyLimiter.this.lock) {
				waiting = RedisConcurrencyLimiter.this.calls.waitingCalls();
				share = RedisConcurrencyLimiter.this.limit.share();
			}
			logger.warn("Redis did not answer in time: the limit of group " + RedisConcurrencyLimiter.this.group
					+ " is not shared for now, this instance goes on with " + share + " slots", cause);
			waiting.forEach(RedisConcurrencyLimiter.this::expire);
			RedisConcurrencyLimiter.this.drain.run();
		}

		@Override
		public void handOver() {
			RedisConcurrencyLimiter.this.newcomers.addAll(RedisConcurrencyLimiter.this.calls.handOver());
		}

		@Override
		public void joined(boolean again) {
			if (again) {
				logger.info("Redis answers again: the limit of group " + RedisConcurrencyLimiter.this.group
						+ " is shared by all instances");
			}
			tellNewcomers();
		}

		@Override
		public void deaf() {
			RedisConcurrencyLimiter.this.link.stopListening();
		}

	}

}
