package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.Priority;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The part that one instance plays in a limiter that several share. Redis holds the limit
 * and the queue, and a script decides there; here is kept which calls of this instance
 * wait or run, so that leases can be renewed and nothing depends on a single message. If
 * Redis does not answer in time, this instance goes on alone with its part of the limit.
 * It comes back in three steps: Redis answers again, this instance tells for a while how
 * many slots it uses while all others get the time to do the same, and then it hands its
 * running and waiting calls over. No call is made while the lock is held.
 */
final class RedisConcurrencyLimiter implements ConcurrencyLimiter {

	/**
	 * How many of those who wait are named in one command.
	 */
	private static final int WAITERS_PER_COMMAND = 500;

	/**
	 * Part of the lease for which Redis holds it: it must be found lapsed by somebody
	 * before the lease is over.
	 */
	private static final double LAPSE = 0.75;

	private static final int RENEWALS_PER_LEASE = 5;

	private static final int NEWCOMERS_AT_A_TIME = 32;

	private static final long PROBE_MILLIS = 200;

	/**
	 * How long Redis must have answered before an instance comes back.
	 */
	private static final long GRACE = TimeUnit.MILLISECONDS.toNanos(1000);

	/**
	 * How old a place in the shared queue may be when it is asked for.
	 */
	private static final long POSITION_AGE = TimeUnit.MILLISECONDS.toNanos(200);

	private static final Log logger = LogFactory.getLog(RedisConcurrencyLimiter.class);

	private final String group;

	private final RedisLink link;

	private final Scheduler timer;

	private final List<String> keys;

	private final String headroomText;

	private final LimiterSettings settings;

	private final long longestWait;

	private final long renewal;

	private final String lease;

	private final ReentrantLock lock = new ReentrantLock();

	private final AtomicInteger drains = new AtomicInteger();

	// All below is guarded by the lock.

	private final Map<String, Entry> byId = new LinkedHashMap<>();

	private final Map<Waiter, Entry> byWaiter = new HashMap<>();

	/**
	 * Calls that have ended, of which Redis may not know yet.
	 */
	private final Set<String> gone = new HashSet<>();

	/**
	 * Who waits while this instance is alone.
	 */
	private final WaitingQueue queue;

	private final List<String> early = new ArrayList<>();

	private final Deque<Entry> newcomers = new ArrayDeque<>();

	/**
	 * How many newcomers Redis is being told of.
	 */
	private int telling;

	private Mode mode = Mode.JOINING;

	private long sequence;

	private int heldSlots;

	private int waiting;

	private int configured;

	private boolean binding;

	/**
	 * Whether Redis has been told what was configured: 2 if not at all, 1 if not of a
	 * change.
	 */
	private int untold = 2;

	private int limit;

	private int instances;

	private boolean learned;

	private int maximum;

	private long holdMillis;

	private long pausedUntil;

	private int refusalsInARow;

	private long answeringSince;

	private boolean wasAlone;

	/**
	 * Which of the tasks in the background is the one that counts.
	 */
	private int task;

	private boolean closed;

	private volatile boolean stopped;

	RedisConcurrencyLimiter(String group, int limit, boolean binding, LimiterSettings settings,
			RedisLimiterSettings redis, RedisLink link, Scheduler timer) {
		this.group = group;
		this.link = link;
		this.timer = timer;
		this.keys = link.keys(group);
		this.settings = settings;
		this.headroomText = Integer.toString(settings.headroom());
		this.longestWait = settings.maxWait().toNanos();
		this.renewal = redis.lease().toMillis() / RENEWALS_PER_LEASE;
		this.lease = Long.toString((long) (redis.lease().toMillis() * LAPSE));
		this.configured = limit;
		this.binding = binding;
		this.limit = Math.max(1, limit - settings.headroom());
		this.instances = redis.expectedInstances();
		this.queue = new WaitingQueue(settings.guaranteedShares(), settings.ageing().toNanos());
	}

	void start() {
		this.link.register(this.group, (grant) -> take(List.of(grant)));
		this.link.firstContact(Mono.defer(this::configure).then(Mono.defer(() -> sync(false))))
			.subscribe(this::joined, this::failed);
	}

	/**
	 * Stop without a word to anybody, as if the power went.
	 */
	void stopSilently() {
		this.stopped = true;
	}

	void stop() {
		this.stopped = true;
		List<String> ids;
		this.lock.lock();
		try {
			ids = new ArrayList<>(this.byId.keySet());
			ids.addAll(this.gone);
		}
		finally {
			this.lock.unlock();
		}
		run("bye", ids).subscribe((answer) -> {
		}, (ex) -> logger.debug("Redis was not told that this instance leaves", ex));
	}

	@Override
	public void enter(Waiter waiter) {
		ElevenLabsRejectedException refusal = null;
		Entry entry = null;
		boolean shared = false;
		this.lock.lock();
		try {
			shared = this.mode == Mode.SHARED;
			if (this.closed) {
				refusal = refusal(ErrorKind.SHUTDOWN, "The application is shutting down and takes no new calls", null);
			}
			else if (!shared) {
				refusal = refusalAlone(waiter);
			}
			if (refusal == null) {
				entry = new Entry(this.link.instance + ":" + Long.toString(this.sequence++, 36), waiter);
				waiter.waitingSince = now();
				this.byId.put(entry.id, entry);
				this.byWaiter.put(waiter, entry);
				this.waiting++;
				if (shared) {
					entry.told = true;
					entry.pending = true;
				}
				else {
					this.queue.addLast(waiter);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		if (entry == null) {
			waiter.refused((refusal != null) ? refusal : refusal(ErrorKind.QUEUE_FULL, "", null));
		}
		else if (shared) {
			tell(List.of(entry));
		}
		else {
			expire(entry);
			drain();
		}
	}

	/**
	 * Return why a call cannot wait here, while this instance is alone. Called with the
	 * lock.
	 */
	private @Nullable ElevenLabsRejectedException refusalAlone(Waiter waiter) {
		long expected = (this.queue.size() > 0) ? expectedWait(this.queue.aheadOfNewcomer(waiter)) : 0;
		if (this.queue.size() >= this.settings.queueCapacity()) {
			return full(expected);
		}
		long patience = Math.min(this.longestWait, waiter.patience());
		return (expected > patience) ? late(expected, patience) : null;
	}

	/**
	 * Tell Redis of newcomers, a bounded number at a time: the answer to a command would
	 * come late if many others were on their way before it.
	 */
	private void tell(List<Entry> entries) {
		List<Entry> next = new ArrayList<>();
		this.lock.lock();
		try {
			this.newcomers.addAll(entries);
			pollNewcomers(next);
		}
		finally {
			this.lock.unlock();
		}
		next.forEach(this::tell);
	}

	/**
	 * Called with the lock.
	 */
	private void pollNewcomers(List<Entry> next) {
		while (this.telling < NEWCOMERS_AT_A_TIME) {
			Entry entry = this.newcomers.poll();
			if (entry == null) {
				return;
			}
			if (this.byId.get(entry.id) == entry && entry.pending && this.mode == Mode.SHARED) {
				this.telling++;
				next.add(entry);
			}
		}
	}

	private void told() {
		this.lock.lock();
		try {
			this.telling--;
		}
		finally {
			this.lock.unlock();
		}
		tell(List.of());
	}

	private void tell(Entry entry) {
		Waiter waiter = entry.waiter;
		long patience = Math.min(this.longestWait, waiter.patience());
		List<String> arguments = List.of(entry.id, priority(waiter), Integer.toString(waiter.weight), waiter.tenant,
				Long.toString(millis(patience)), Integer.toString(this.settings.queueCapacity()));
		run("enter", arguments).subscribe((answer) -> {
			entered(entry, answer, patience);
			told();
		}, (ex) -> {
			failed(ex);
			told();
		});
	}

	private void entered(Entry entry, Answer answer, long patience) {
		ElevenLabsRejectedException refusal = null;
		boolean unwanted = false;
		boolean waits = false;
		this.lock.lock();
		try {
			entry.pending = false;
			boolean refused = answer.word.equals("FULL") || answer.word.equals("LATE");
			if (this.byId.get(entry.id) != entry) {
				unwanted = !refused;
			}
			else if (entry.state == State.WAITING && this.mode == Mode.SHARED) {
				place(entry, answer);
				if (refused) {
					forget(entry);
					refusal = answer.word.equals("FULL") ? full(nanos(answer.expected))
							: late(nanos(answer.expected), patience);
				}
				else {
					waits = answer.word.equals("WAIT");
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		if (refusal != null) {
			entry.waiter.refused(refusal);
		}
		else if (unwanted) {
			drop(List.of(entry.id));
		}
		else {
			take(answer.grants);
			if (waits) {
				expire(entry);
			}
		}
	}

	/**
	 * Watch how long a call waits, unless that is done already.
	 */
	private void expire(Entry entry) {
		long patience = Math.min(this.longestWait, entry.waiter.patience());
		long left;
		int turn;
		this.lock.lock();
		try {
			if (entry.state != State.WAITING || entry.expiring || this.byId.get(entry.id) != entry) {
				return;
			}
			entry.expiring = true;
			turn = entry.turn;
			left = Math.max(0, patience - (now() - entry.waiter.waitingSince));
		}
		finally {
			this.lock.unlock();
		}
		entry.waiter.expireIn(left, this.timer, () -> expired(entry, turn, patience));
	}

	private void expired(Entry entry, int turn, long patience) {
		long expected;
		this.lock.lock();
		try {
			if (entry.turn != turn) {
				return;
			}
			expected = nanos(entry.expected);
		}
		finally {
			this.lock.unlock();
		}
		if (remove(entry)) {
			entry.waiter.refused(refusal(ErrorKind.QUEUE_TIMEOUT,
					"No slot of group " + this.group + " came free within " + millis(patience)
							+ " ms: try again later, or raise elevenlabs.limiter.queue.max-wait or the deadline",
					expected));
		}
	}

	@Override
	public void leave(Waiter waiter) {
		Entry entry;
		this.lock.lock();
		try {
			entry = this.byWaiter.get(waiter);
		}
		finally {
			this.lock.unlock();
		}
		if (entry != null) {
			remove(entry);
		}
	}

	private boolean remove(Entry entry) {
		boolean shared;
		this.lock.lock();
		try {
			if (entry.state != State.WAITING || this.byId.get(entry.id) != entry) {
				return false;
			}
			forget(entry);
			shared = this.mode == Mode.SHARED;
			if (!shared && entry.told) {
				this.gone.add(entry.id);
			}
		}
		finally {
			this.lock.unlock();
		}
		if (shared) {
			drop(List.of(entry.id));
		}
		else {
			drain();
		}
		return true;
	}

	/**
	 * Forget a call. Called with the lock.
	 */
	private void forget(Entry entry) {
		this.byId.remove(entry.id);
		this.byWaiter.remove(entry.waiter);
		this.queue.remove(entry.waiter);
		if (entry.state == State.HELD) {
			this.heldSlots -= entry.waiter.held;
		}
		else {
			this.waiting--;
		}
	}

	@Override
	public void release(Waiter waiter, CallEnd end) {
		Entry entry;
		boolean shared;
		long held;
		this.lock.lock();
		try {
			entry = this.byWaiter.get(waiter);
			if (entry == null || entry.state != State.HELD) {
				return;
			}
			forget(entry);
			shared = this.mode == Mode.SHARED;
			if (!shared && entry.told) {
				this.gone.add(entry.id);
			}
			held = millis(now() - waiter.grantedAt);
			if (end == CallEnd.SERVED) {
				this.refusalsInARow = 0;
				if (!shared) {
					this.holdMillis = (this.holdMillis == 0) ? held : this.holdMillis + (held - this.holdMillis) / 8;
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		if (shared) {
			List<String> arguments = List.of(entry.id, (end == CallEnd.SERVED) ? "1" : "0", Long.toString(held),
					Integer.toString(entry.maximum), Integer.toString(entry.current),
					Integer.toString(waiter.inFlightAtGrant));
			run("release", arguments).subscribe((answer) -> take(answer.grants), (ex) -> lost(List.of(entry.id), ex));
		}
		else {
			drain();
		}
	}

	private void drop(List<String> ids) {
		run("drop", ids).subscribe((answer) -> take(answer.grants), (ex) -> lost(ids, ex));
	}

	/**
	 * Redis may not have heard that calls ended: it will be told again.
	 */
	private void lost(List<String> ids, Throwable ex) {
		this.lock.lock();
		try {
			this.gone.addAll(ids);
		}
		finally {
			this.lock.unlock();
		}
		failed(ex);
	}

	@Override
	public void refusedByService(Waiter waiter, int advertised) {
		Entry entry;
		boolean shared;
		this.lock.lock();
		try {
			entry = this.byWaiter.get(waiter);
			if (entry == null || entry.state != State.HELD) {
				return;
			}
			this.heldSlots -= waiter.held;
			this.waiting++;
			entry.state = State.WAITING;
			entry.expiring = false;
			entry.turn++;
			waiter.waitingSince = now();
			shared = this.mode == Mode.SHARED;
			entry.pending = shared;
			if (!shared) {
				this.queue.addFirst(waiter);
				int doublings = Math.min(this.refusalsInARow++, 6);
				long pause = ThreadLocalRandom.current().nextLong(25, (50L << doublings) + 1);
				this.pausedUntil = now() + nanos(pause);
				this.timer.schedule(this::drain, pause + 1, TimeUnit.MILLISECONDS);
			}
		}
		finally {
			this.lock.unlock();
		}
		expire(entry);
		if (shared) {
			List<String> arguments = List.of(entry.id, priority(waiter), Integer.toString(waiter.weight), waiter.tenant,
					Integer.toString(advertised), Double.toString(ThreadLocalRandom.current().nextDouble()));
			run("back", arguments).subscribe((answer) -> {
				entered(entry, answer, this.longestWait);
				this.timer.schedule(this::wake, answer.pause + 1, TimeUnit.MILLISECONDS);
			}, this::failed);
		}
	}

	private void wake() {
		if (isShared()) {
			run("wake", List.of()).subscribe((answer) -> take(answer.grants), this::failed);
		}
	}

	@Override
	public void observed(Waiter waiter, int maximum, int current) {
		if (!this.settings.adaptive()) {
			return;
		}
		boolean news;
		this.lock.lock();
		try {
			Entry entry = this.byWaiter.get(waiter);
			news = this.mode == Mode.SHARED && maximum > 0 && maximum != this.maximum;
			if (news) {
				this.maximum = maximum;
			}
			else if (entry != null) {
				entry.maximum = maximum;
				entry.current = current;
			}
		}
		finally {
			this.lock.unlock();
		}
		if (news) {
			run("observe",
					List.of(Integer.toString(maximum), Integer.toString(current),
							Integer.toString(waiter.inFlightAtGrant)))
				.subscribe((answer) -> take(answer.grants), this::failed);
		}
	}

	@Override
	public void limit(int limit) {
		configure(limit, true);
	}

	@Override
	public void plan(int limit) {
		configure(limit, false);
	}

	private void configure(int limit, boolean binding) {
		boolean shared;
		this.lock.lock();
		try {
			this.configured = limit;
			this.binding = binding;
			this.untold = Math.max(this.untold, 1);
			shared = this.mode == Mode.SHARED;
			if (!shared) {
				this.limit = Math.max(1, limit - this.settings.headroom());
			}
		}
		finally {
			this.lock.unlock();
		}
		if (shared) {
			configure().subscribe((answer) -> take(answer.grants), this::failed);
		}
		else {
			drain();
		}
	}

	private Mono<Answer> configure() {
		int untold;
		List<String> arguments;
		this.lock.lock();
		try {
			untold = this.untold;
			arguments = List.of(Integer.toString(this.configured), this.binding ? "1" : "0", (untold == 2) ? "1" : "0");
		}
		finally {
			this.lock.unlock();
		}
		return (untold == 0) ? Mono.empty() : run("config", arguments).doOnNext((answer) -> told(arguments));
	}

	private void told(List<String> configuration) {
		this.lock.lock();
		try {
			boolean same = configuration.get(0).equals(Integer.toString(this.configured))
					&& configuration.get(1).equals(this.binding ? "1" : "0");
			this.untold = same ? 0 : 1;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return where a waiter stands, in the shared queue as Redis said last: whoever asks
	 * makes this instance ask Redis for the next time.
	 */
	@Override
	public QueuePosition position(Waiter waiter) {
		Entry entry;
		QueuePosition position;
		this.lock.lock();
		try {
			entry = this.byWaiter.get(waiter);
			if (entry == null || entry.state != State.WAITING) {
				return new QueuePosition(0, Duration.ZERO);
			}
			if (waiter.line != null) {
				int ahead = this.queue.ahead(waiter);
				return new QueuePosition(ahead, Duration.ofNanos(expectedWait(ahead)));
			}
			position = new QueuePosition(entry.ahead, Duration.ofMillis(entry.expected));
			if (now() - entry.placedAt < POSITION_AGE) {
				return position;
			}
			entry.placedAt = now();
		}
		finally {
			this.lock.unlock();
		}
		run("position", List.of(entry.id)).subscribe((answer) -> {
			place(entry, answer);
			take(answer.grants);
		}, this::failed);
		return position;
	}

	private void place(Entry entry, Answer answer) {
		this.lock.lock();
		try {
			entry.ahead = answer.ahead;
			entry.expected = answer.expected;
			entry.placedAt = now();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public LimiterSnapshot snapshot() {
		this.lock.lock();
		try {
			long now = now();
			long oldest = now;
			Map<Priority, Integer> queued = new EnumMap<>(Priority.class);
			for (Priority priority : Priority.values()) {
				queued.put(priority, 0);
			}
			Set<String> tenants = new HashSet<>();
			for (Entry entry : this.byId.values()) {
				if (entry.state == State.WAITING) {
					queued.merge(entry.waiter.priority, 1, Integer::sum);
					tenants.add(entry.waiter.tenant);
					oldest = Math.min(oldest, entry.waiter.waitingSince);
				}
			}
			return new LimiterSnapshot(this.heldSlots, (this.mode == Mode.SHARED) ? this.limit : share(),
					this.configured, this.learned ? (Integer) this.limit : null, queued, tenants.size(),
					Duration.ofNanos((this.waiting > 0) ? expectedWait(this.waiting) : 0),
					Duration.ofNanos(now - oldest));
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void open() {
		this.lock.lock();
		try {
			this.closed = false;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		this.lock.lock();
		try {
			this.closed = true;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void refuseWaiting() {
		List<Entry> entries = new ArrayList<>();
		this.lock.lock();
		try {
			for (Entry entry : this.byId.values()) {
				if (entry.state == State.WAITING) {
					entries.add(entry);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		for (Entry entry : entries) {
			if (remove(entry)) {
				entry.waiter.refused(refusal(ErrorKind.SHUTDOWN,
						"The application shut down before a slot came free for the call", null));
			}
		}
	}

	/**
	 * Whether this instance takes part in the shared limit at the moment.
	 */
	boolean isShared() {
		this.lock.lock();
		try {
			return this.mode == Mode.SHARED;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Take permits that Redis granted.
	 * @param grants of each the id of the call, its slots, and the slots in use
	 */
	private void take(Collection<String> grants) {
		List<Entry> granted = new ArrayList<>(grants.size());
		List<String> unwanted = new ArrayList<>();
		this.lock.lock();
		try {
			for (String grant : grants) {
				String[] parts = grant.split(" ");
				Entry entry = this.byId.get(parts[0]);
				if (this.mode == Mode.JOINING) {
					this.early.add(grant);
				}
				else if (entry == null) {
					if (this.mode == Mode.SHARED) {
						unwanted.add(parts[0]);
					}
					else {
						this.gone.add(parts[0]);
					}
				}
				else if (entry.state == State.WAITING && this.mode == Mode.SHARED) {
					hold(entry, Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
					granted.add(entry);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		if (!unwanted.isEmpty()) {
			drop(unwanted);
		}
		for (Entry entry : granted) {
			this.timer.schedule(() -> start(entry));
		}
	}

	/**
	 * Give a permit to a call. Called with the lock.
	 */
	private void hold(Entry entry, int slots, int inFlight) {
		entry.state = State.HELD;
		entry.waiter.held = slots;
		entry.waiter.inFlightAtGrant = inFlight;
		entry.waiter.grantedAt = now();
		this.heldSlots += slots;
		this.waiting--;
	}

	private void start(Entry entry) {
		if (!entry.waiter.granted()) {
			release(entry.waiter, CallEnd.UNCLEAR);
		}
	}

	// Alone

	private void failed(Throwable ex) {
		List<Entry> waiting = new ArrayList<>();
		boolean before;
		this.lock.lock();
		try {
			this.answeringSince = 0;
			if (this.mode == Mode.ALONE || this.stopped) {
				return;
			}
			before = this.mode == Mode.SHARED || !this.wasAlone;
			this.mode = Mode.ALONE;
			this.wasAlone = true;
			this.early.clear();
			this.newcomers.clear();
			for (Entry entry : this.byId.values()) {
				if (entry.state == State.WAITING) {
					waiting.add(entry);
					entry.pending = false;
					if (entry.waiter.line == null) {
						this.queue.addLast(entry.waiter);
					}
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		if (before) {
			logger.warn("Redis did not answer in time: the limit of group " + this.group
					+ " is not shared for now, this instance goes on with " + share() + " slots", ex);
		}
		waiting.forEach(this::expire);
		schedule(PROBE_MILLIS);
		drain();
	}

	private int share() {
		return Math.max(1, this.limit / Math.max(1, this.instances));
	}

	private void drain() {
		if (this.drains.getAndIncrement() != 0) {
			return;
		}
		int missed = 1;
		do {
			for (Entry entry = takeNext(); entry != null; entry = takeNext()) {
				start(entry);
			}
			missed = this.drains.addAndGet(-missed);
		}
		while (missed != 0);
	}

	private @Nullable Entry takeNext() {
		this.lock.lock();
		try {
			if (this.mode != Mode.ALONE || this.pausedUntil != 0 && now() - this.pausedUntil < 0) {
				return null;
			}
			Waiter waiter = this.queue.next();
			if (waiter == null) {
				return null;
			}
			int share = share();
			int slots = Math.min(waiter.weight, share);
			if (this.heldSlots + slots > share) {
				return null;
			}
			this.queue.take(waiter, now());
			Entry entry = this.byWaiter.get(waiter);
			if (entry != null) {
				hold(entry, slots, this.heldSlots + slots);
			}
			return entry;
		}
		finally {
			this.lock.unlock();
		}
	}

	// In the background

	/**
	 * Schedule the next step, in place of any other.
	 */
	private void schedule(long millis) {
		int task;
		this.lock.lock();
		try {
			task = ++this.task;
		}
		finally {
			this.lock.unlock();
		}
		if (!this.stopped) {
			this.timer.schedule(() -> step(task), millis, TimeUnit.MILLISECONDS);
		}
	}

	private void step(int task) {
		Mode mode;
		this.lock.lock();
		try {
			if (this.stopped || task != this.task) {
				return;
			}
			mode = this.mode;
		}
		finally {
			this.lock.unlock();
		}
		if (mode == Mode.SHARED) {
			sync(false).doOnNext((answer) -> take(answer.grants)).then(this.link.listening()).subscribe((nothing) -> {
			}, this::failed, () -> {
				if (isShared()) {
					schedule(this.renewal);
				}
			});
		}
		else if (mode == Mode.ALONE) {
			this.link.reach().then(Mono.defer(() -> sync(true))).subscribe((answer) -> answered(), (ex) -> {
				notAnswered();
				schedule(PROBE_MILLIS);
			});
		}
	}

	private void notAnswered() {
		this.lock.lock();
		try {
			this.answeringSince = 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void answered() {
		boolean back;
		this.lock.lock();
		try {
			if (this.answeringSince == 0) {
				this.answeringSince = now();
			}
			back = now() - this.answeringSince >= GRACE;
			if (back) {
				this.mode = Mode.JOINING;
			}
		}
		finally {
			this.lock.unlock();
		}
		if (back) {
			configure().then(Mono.defer(() -> sync(false))).subscribe(this::joined, this::failed);
		}
		else {
			schedule(PROBE_MILLIS);
		}
	}

	private void joined(Answer answer) {
		List<Entry> untold = new ArrayList<>();
		List<String> early;
		List<String> gone;
		boolean first;
		this.lock.lock();
		try {
			this.mode = Mode.SHARED;
			for (Entry entry : this.byId.values()) {
				if (entry.state == State.WAITING) {
					this.queue.remove(entry.waiter);
					if (!entry.told) {
						entry.told = true;
						entry.pending = true;
						untold.add(entry);
					}
				}
			}
			early = new ArrayList<>(this.early);
			this.early.clear();
			gone = new ArrayList<>(this.gone);
			this.gone.clear();
			first = !this.wasAlone;
		}
		finally {
			this.lock.unlock();
		}
		if (!first) {
			logger.info("Redis answers again: the limit of group " + this.group + " is shared by all instances");
		}
		if (!gone.isEmpty()) {
			drop(gone);
		}
		take(answer.grants);
		take(early);
		tell(untold);
		schedule(this.renewal);
	}

	/**
	 * Tell Redis all that this instance has, and renew the leases. Whatever Redis knew
	 * otherwise is put right by that.
	 * @param alone whether this instance keeps its part of the limit for itself
	 */
	private Mono<Answer> sync(boolean alone) {
		List<String> gone;
		List<Entry> named = new ArrayList<>();
		List<List<String>> commands = new ArrayList<>();
		this.lock.lock();
		try {
			gone = new ArrayList<>(this.gone);
			List<Entry> waiting = new ArrayList<>();
			for (Entry entry : this.byId.values()) {
				if (entry.state == State.HELD) {
					named.add(entry);
				}
				else if (!alone) {
					if (!entry.pending) {
						waiting.add(entry);
					}
				}
				else if (entry.told) {
					gone.add(entry.id);
				}
			}
			String maximum = Integer.toString(this.maximum);
			String reserve = Integer.toString(alone ? Math.max(0, share() - this.heldSlots) : 0);
			List<String> arguments = new ArrayList<>(List.of(maximum, reserve, Integer.toString(gone.size())));
			arguments.addAll(gone);
			arguments.add(Integer.toString(named.size()));
			for (Entry entry : named) {
				arguments.add(entry.id);
				arguments.add(Integer.toString(entry.waiter.held));
			}
			for (int from = 0; from == 0 || from < waiting.size(); from += WAITERS_PER_COMMAND) {
				List<Entry> part = waiting.subList(from, Math.min(waiting.size(), from + WAITERS_PER_COMMAND));
				if (from > 0) {
					arguments = new ArrayList<>(List.of(maximum, reserve, "0", "0"));
				}
				name(part, arguments);
				commands.add(arguments);
			}
			named.addAll(waiting);
			named.forEach((entry) -> entry.told = true);
		}
		finally {
			this.lock.unlock();
		}
		return Flux.fromIterable(commands)
			.concatMap((arguments) -> run("sync", arguments))
			.reduce((before, answer) -> answer.withGrants(before.grants))
			.doOnNext((answer) -> synced(gone, named, alone));
	}

	private void name(List<Entry> waiting, List<String> arguments) {
		arguments.add(Integer.toString(waiting.size()));
		for (Entry entry : waiting) {
			Waiter waiter = entry.waiter;
			arguments.addAll(List.of(entry.id, priority(waiter), Integer.toString(waiter.weight), waiter.tenant,
					Long.toString(Math.max(0, millis(now() - waiter.waitingSince)))));
		}
	}

	private void synced(List<String> gone, List<Entry> named, boolean alone) {
		List<String> unwanted = new ArrayList<>();
		this.lock.lock();
		try {
			for (String id : gone) {
				this.gone.remove(id);
				Entry entry = this.byId.get(id);
				if (alone && entry != null && entry.state == State.WAITING) {
					entry.told = false;
				}
			}
			for (Entry entry : named) {
				if (this.byId.get(entry.id) != entry) {
					unwanted.add(entry.id);
				}
			}
			if (this.mode != Mode.SHARED) {
				this.gone.addAll(unwanted);
				unwanted.clear();
			}
		}
		finally {
			this.lock.unlock();
		}
		if (!unwanted.isEmpty()) {
			drop(unwanted);
		}
	}

	private Mono<Answer> run(String operation, List<String> arguments) {
		return this.link.run(this.keys, operation, this.group, scriptSettings(), arguments)
			.map(Answer::parse)
			.doOnNext(this::note);
	}

	private List<String> scriptSettings() {
		Map<Priority, Double> shares = this.settings.guaranteedShares();
		int configured;
		boolean binding;
		this.lock.lock();
		try {
			configured = this.configured;
			binding = this.binding;
		}
		finally {
			this.lock.unlock();
		}
		return List.of(this.lease, this.headroomText, Double.toString(shares.getOrDefault(Priority.NORMAL, 0.0)),
				Double.toString(shares.getOrDefault(Priority.BATCH, 0.0)),
				Long.toString(this.settings.ageing().toMillis()), Integer.toString(configured), binding ? "1" : "0",
				this.settings.adaptive() ? "1" : "0");
	}

	private void note(Answer answer) {
		this.lock.lock();
		try {
			this.limit = answer.limit;
			// Who comes back first finds nobody else there yet.
			this.instances = Math.max((this.mode == Mode.SHARED) ? 1 : this.instances, answer.instances);
			if (this.untold == 0) {
				this.configured = answer.configured;
			}
			this.learned = answer.learned;
			if (answer.maximum > 0) {
				this.maximum = answer.maximum;
			}
			this.holdMillis = answer.holdMillis;
		}
		finally {
			this.lock.unlock();
		}
	}

	private long expectedWait(int ahead) {
		int slots = (this.mode == Mode.SHARED) ? this.limit : share();
		return (long) ((ahead + 1.0) * nanos(this.holdMillis) / slots);
	}

	private ElevenLabsRejectedException full(long expected) {
		return refusal(ErrorKind.QUEUE_FULL, this.settings.queueCapacity() + " calls wait already for a slot of group "
				+ this.group + ": try again later, or raise elevenlabs.limiter.queue.capacity", expected);
	}

	private ElevenLabsRejectedException late(long expected, long patience) {
		return refusal(ErrorKind.QUEUE_TIMEOUT,
				"A slot of group " + this.group + " is expected in " + millis(expected) + " ms, but the call can wait "
						+ millis(patience)
						+ " ms: try again later, or raise elevenlabs.limiter.queue.max-wait or the deadline",
				expected);
	}

	private static ElevenLabsRejectedException refusal(ErrorKind kind, String message, @Nullable Long wait) {
		return new ElevenLabsRejectedException(kind, message, (wait != null) ? Duration.ofNanos(wait) : null);
	}

	private static String priority(Waiter waiter) {
		return Integer.toString(waiter.priority.ordinal() + 1);
	}

	private static long millis(long nanos) {
		return TimeUnit.NANOSECONDS.toMillis(nanos);
	}

	private static long nanos(long millis) {
		return TimeUnit.MILLISECONDS.toNanos(millis);
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
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

	private enum State {

		WAITING, HELD

	}

	/**
	 * A call of this instance that waits or runs.
	 */
	private static final class Entry {

		final String id;

		final Waiter waiter;

		State state = State.WAITING;

		/**
		 * Whether Redis may know it.
		 */
		boolean told;

		/**
		 * Whether a command about it is on its way: then nothing else is told of it.
		 */
		boolean pending;

		boolean expiring;

		/**
		 * How often it went back to the queue.
		 */
		int turn;

		int ahead;

		long expected;

		/**
		 * When Redis told where the call stands.
		 */
		long placedAt;

		int maximum;

		int current;

		Entry(String id, Waiter waiter) {
			this.id = id;
			this.waiter = waiter;
		}

	}

	/**
	 * What the script answers.
	 */
	private record Answer(String word, int ahead, long expected, int limit, int instances, int configured,
			boolean learned, int maximum, long pause, long holdMillis, List<String> grants) {

		Answer withGrants(List<String> more) {
			List<String> all = new ArrayList<>(more);
			all.addAll(this.grants);
			return new Answer(this.word, this.ahead, this.expected, this.limit, this.instances, this.configured,
					this.learned, this.maximum, this.pause, this.holdMillis, all);
		}

		static Answer parse(String text) {
			String[] lines = text.split("\n", -1);
			String[] said = lines[0].split(" ");
			String[] state = lines[1].split(" ");
			return new Answer(said[0], (said.length > 1) ? Integer.parseInt(said[1]) : 0,
					(said.length > 2) ? Long.parseLong(said[2]) : 0, Integer.parseInt(state[0]),
					Integer.parseInt(state[1]), Integer.parseInt(state[2]), state[3].equals("1"),
					Integer.parseInt(state[4]), Long.parseLong(state[5]), Long.parseLong(state[6]),
					lines[2].isEmpty() ? List.of() : List.of(lines[2].split(",")));
		}

	}

}
