package io.github.elevenspring.limiter;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
 * What an instance says to Redis about its calls, and what follows from the answers. What
 * is said is made with the lock of the limiter held, and sent afterwards by the task that
 * is returned.
 */
final class RedisExchange {

	private static final int NEWCOMERS_AT_A_TIME = 32;

	private static final Log logger = LogFactory.getLog(RedisExchange.class);

	private final Object lock;

	private final String group;

	private final RedisCalls calls;

	private final SharedLimit limit;

	private final LimiterScript script;

	private final Refusals refusals;

	private final RedisLink link;

	private final Scheduler timer;

	private final Listener listener;

	private final RedisMembership membership;

	private final DrainLoop telling;

	private final int capacity;

	/**
	 * Of whom Redis is to be told. Guarded by the lock.
	 */
	private final Deque<RedisCall> newcomers = new ArrayDeque<>();

	/**
	 * How many newcomers Redis is being told of. Guarded by the lock.
	 */
	private int beingTold;

	/**
	 * Whether the end of a pause is waited for. Guarded by the lock.
	 */
	private boolean waking;

	RedisExchange(Object lock, String group, RedisCalls calls, SharedLimit limit, LimiterScript script,
			Refusals refusals, int capacity, RedisLink link, RedisLimiterSettings redis, Scheduler timer,
			Listener listener) {
		this.lock = lock;
		this.group = group;
		this.calls = calls;
		this.limit = limit;
		this.script = script;
		this.refusals = refusals;
		this.capacity = capacity;
		this.link = link;
		this.timer = timer;
		this.listener = listener;
		this.membership = new RedisMembership(lock, new Membership(), redis.lease(), timer);
		this.telling = new DrainLoop(() -> {
			for (Runnable next = nextNewcomer(); next != null; next = nextNewcomer()) {
				next.run();
			}
		}, timer);
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

	/**
	 * Leave for good.
	 * @return ends when Redis has answered, or has not in time
	 */
	Mono<Void> stop() {
		this.membership.stop();
		Mono<ScriptAnswer> bye;
		synchronized (this.lock) {
			bye = this.script.bye(this.calls.everyId());
			if (isShared()) {
				bye = bye.contextWrite(RedisLink::patient);
			}
		}
		return bye.doOnError((ex) -> logger.debug("Redis was not told that this instance leaves", ex))
			.onErrorComplete()
			.then();
	}

	/**
	 * Whether Redis grants.
	 */
	boolean isShared() {
		return this.membership.isShared();
	}

	/**
	 * Whether this instance grants.
	 */
	boolean isAlone() {
		return this.membership.isAlone();
	}

	/**
	 * Return how often this instance was cut off.
	 */
	int cutOffs() {
		return this.membership.term();
	}

	/**
	 * Return why a newcomer cannot ask, if it cannot: too many wait already for Redis to
	 * be told of them.
	 */
	@Nullable ElevenLabsRejectedException refusal() {
		return (this.newcomers.size() >= this.capacity) ? this.refusals.full(0) : null;
	}

	/**
	 * A newcomer asks for a permit.
	 */
	Runnable enter(RedisCall call) {
		this.newcomers.add(call);
		return this::tellNewcomers;
	}

	/**
	 * Tell Redis of newcomers, a bounded number at a time: the answer to a command would
	 * come late if many others were on their way before it.
	 */
	private void tellNewcomers() {
		this.telling.run();
	}

	private @Nullable Runnable nextNewcomer() {
		synchronized (this.lock) {
			while (this.beingTold < NEWCOMERS_AT_A_TIME && !this.newcomers.isEmpty()) {
				RedisCall call = this.newcomers.remove();
				if (call.pending && this.calls.contains(call)) {
					this.beingTold++;
					String id = call.id;
					long patience = this.listener.patience(call.waiter);
					return sending(this.script.enter(id, call.waiter, patience).doFinally((signal) -> toldOfNewcomer()),
							(answer) -> entered(call, id, answer, patience), List.of());
				}
			}
			return null;
		}
	}

	private void toldOfNewcomer() {
		synchronized (this.lock) {
			this.beingTold--;
		}
		tellNewcomers();
	}

	/**
	 * Take note of what Redis says about a call that it was to take into its queue.
	 */
	private void entered(RedisCall call, String id, ScriptAnswer answer, long patience) {
		Runnable next;
		synchronized (this.lock) {
			if (this.calls.of(id) != call) {
				next = () -> abandon(List.of(id));
			}
			else {
				long expected = TimeUnit.MILLISECONDS.toNanos(answer.expected());
				call.pending = false;
				placed(call, answer);
				next = switch (answer.outcome()) {
					case FULL -> refusal(call, this.refusals.full(expected));
					case LATE -> refusal(call, this.refusals.late(expected, patience));
					case WAIT, OK -> () -> {
					};
				};
			}
		}
		next.run();
	}

	private Runnable refusal(RedisCall call, ElevenLabsRejectedException refusal) {
		this.calls.remove(call);
		return () -> this.timer.schedule(() -> call.waiter.refused(refusal));
	}

	/**
	 * A permit is given back.
	 * @param held nanoseconds it was held for
	 */
	Runnable release(RedisCall call, boolean served, long held) {
		return sending(this.script.release(call, served, held), List.of(call.id));
	}

	/**
	 * The service refused a call, which is to wait again.
	 * @param permit the stay at Redis that has ended
	 * @param advertised the limit the service named, or 0
	 */
	Runnable back(RedisCall call, String permit, int advertised) {
		String id = call.id;
		long patience = this.listener.patience(call.waiter);
		return sending(this.script.back(id, permit, call.waiter, advertised),
				(answer) -> entered(call, id, answer, patience), List.of(permit));
	}

	/**
	 * The service has said what it allows.
	 */
	Runnable observe(int maximum, int current, int ours) {
		return sending(this.script.observe(maximum, current, ours), List.of());
	}

	/**
	 * Another limit is configured.
	 */
	Runnable configure() {
		return sending(configuration(), List.of());
	}

	private Mono<ScriptAnswer> configuration() {
		if (this.limit.isTold()) {
			return Mono.empty();
		}
		Configuration news = this.limit.news();
		return this.script.configure(news, !this.limit.isIntroduced()).doOnNext((answer) -> {
			synchronized (this.lock) {
				this.limit.told(news);
			}
		});
	}

	/**
	 * Ask where a call stands.
	 */
	Runnable position(RedisCall call) {
		return sending(this.script.position(call.id), (answer) -> placed(call, answer), List.of());
	}

	private void placed(RedisCall call, ScriptAnswer answer) {
		synchronized (this.lock) {
			call.ahead = answer.ahead();
			call.expected = answer.expected();
			call.placedAt = now();
		}
	}

	/**
	 * Tell Redis of stays that have ended, now or when it is back. Called without the
	 * lock.
	 */
	void abandon(List<String> ids) {
		if (ids.isEmpty()) {
			return;
		}
		Runnable drop = null;
		synchronized (this.lock) {
			if (isShared()) {
				drop = sending(this.script.drop(ids), ids);
			}
			else {
				this.calls.ended(ids, now());
			}
		}
		if (drop != null) {
			drop.run();
		}
	}

	private Runnable sending(Mono<ScriptAnswer> command, List<String> ended) {
		return sending(command, (answer) -> {
		}, ended);
	}

	/**
	 * Prepare to send a command.
	 * @param then what follows from the answer
	 * @param ended stays that it ends: if it is lost, Redis is told again
	 */
	private Runnable sending(Mono<ScriptAnswer> command, Consumer<ScriptAnswer> then, List<String> ended) {
		int term = this.membership.term();
		return () -> heard(command.doOnNext(then)).subscribe((answer) -> {
		}, (ex) -> {
			synchronized (this.lock) {
				this.calls.ended(ended, now());
			}
			this.membership.lost(term, ex);
		});
	}

	/**
	 * Take note of all that an answer says.
	 */
	private Mono<ScriptAnswer> heard(Mono<ScriptAnswer> command) {
		return command.doOnNext((answer) -> {
			boolean wake;
			synchronized (this.lock) {
				this.limit.note(answer, isAlone(), isShared());
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
		Runnable wake = null;
		synchronized (this.lock) {
			this.waking = false;
			if (isShared()) {
				wake = sending(this.script.wake(), List.of());
			}
		}
		if (wake != null) {
			wake.run();
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
		granted.forEach((call) -> this.timer.schedule(() -> this.listener.granted(call)));
		abandon(unwanted);
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
	}

	/**
	 * Whose calls these are. Called without the lock, except where it says so.
	 */
	interface Listener {

		/**
		 * Return how many nanoseconds more a call can wait. Called with the lock.
		 */
		long patience(Waiter waiter);

		/**
		 * A call has its permit.
		 */
		void granted(RedisCall call);

		/**
		 * Those who wait do so here from now on.
		 */
		void cutOff();

	}

	/**
	 * What the state of the membership means for the calls.
	 */
	private final class Membership implements RedisMembership.Member {

		private final RedisExchange exchange = RedisExchange.this;

		@Override
		public Mono<?> reach() {
			return this.exchange.link.reach();
		}

		@Override
		public Mono<?> configure() {
			// At the start there may be two things to say.
			return tell().then(Mono.defer(this::tell));
		}

		private Mono<?> tell() {
			synchronized (this.exchange.lock) {
				return heard(configuration());
			}
		}

		@Override
		public Mono<?> report(boolean alone) {
			Report report;
			Mono<ScriptAnswer> command;
			synchronized (this.exchange.lock) {
				long now = now();
				SharedLimit limit = this.exchange.limit;
				report = this.exchange.calls.report(alone, now);
				int reserve = alone ? Math.max(0, limit.share() - this.exchange.calls.slots()) : 0;
				command = this.exchange.script.sync(report, limit.maximum(), reserve, now);
			}
			return heard(command.doOnNext((answer) -> reported(report)));
		}

		private void reported(Report report) {
			List<String> ended;
			synchronized (this.exchange.lock) {
				ended = this.exchange.calls.reported(report);
			}
			abandon(ended);
		}

		@Override
		public void disconnected() {
			this.exchange.newcomers.clear();
			this.exchange.calls.disconnected(now());
		}

		@Override
		public void cutOff(Throwable cause) {
			int share;
			synchronized (this.exchange.lock) {
				share = this.exchange.limit.share();
			}
			if (this.exchange.link.cutOff(this.exchange.group)) {
				logger.warn("Redis did not answer in time: limits are not shared for now, this instance goes on with"
						+ " its part of each", cause);
			}
			logger.debug("Group " + this.exchange.group + " goes on with " + share + " slots");
			// Calls begin then, which is no business of whoever found out.
			this.exchange.timer.schedule(this.exchange.listener::cutOff);
		}

		@Override
		public void handOver() {
			this.exchange.newcomers.addAll(this.exchange.calls.handOver());
		}

		@Override
		public void joined() {
			if (this.exchange.link.joined(this.exchange.group)) {
				logger.info("Redis answers again: limits are shared by all instances");
			}
			List<String> gone;
			synchronized (this.exchange.lock) {
				gone = this.exchange.calls.gone();
			}
			abandon(gone);
			tellNewcomers();
		}

		@Override
		public void subscriptionLost() {
			this.exchange.link.stopListening();
		}

	}

}
