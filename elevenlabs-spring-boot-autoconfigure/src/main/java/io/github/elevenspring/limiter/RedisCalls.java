package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.github.elevenspring.model.Priority;
import org.jspecify.annotations.Nullable;

/**
 * The calls of this instance that wait or run, and the stays at Redis that have ended but
 * of which Redis may not know that yet. Guarded by the lock of its limiter.
 */
final class RedisCalls {

	private final String prefix;

	/**
	 * Who waits for this instance to grant, in the order it would.
	 */
	private final WaitingQueue queue;

	/**
	 * Whose wait ends when, wherever they wait.
	 */
	private final TimingWheel expiries;

	/**
	 * How long Redis can keep a stay of which it is told nothing more.
	 */
	private final long lease;

	private final Map<String, RedisCall> byId = new LinkedHashMap<>();

	private final Map<Waiter, RedisCall> byWaiter = new HashMap<>();

	/**
	 * Stays that have ended, and since when.
	 */
	private final Map<String, Long> gone = new LinkedHashMap<>();

	private long sequence;

	private int slots;

	private int waiting;

	RedisCalls(String instance, WaitingQueue queue, Duration lease, long now) {
		this.prefix = instance + ":";
		this.queue = queue;
		this.expiries = new TimingWheel(now);
		this.lease = lease.toNanos();
	}

	/**
	 * Return the slots in use.
	 */
	int slots() {
		return this.slots;
	}

	/**
	 * Return how many wait, wherever they do.
	 */
	int waiting() {
		return this.waiting;
	}

	@Nullable RedisCall of(Waiter waiter) {
		return this.byWaiter.get(waiter);
	}

	@Nullable RedisCall of(String id) {
		return this.byId.get(id);
	}

	boolean contains(RedisCall call) {
		return this.byId.get(call.id) == call;
	}

	/**
	 * Take a newcomer in.
	 * @param shared whether it is on its way to the shared queue; if not it waits here
	 * @param patience how long it waits, in nanoseconds
	 */
	RedisCall enter(Waiter waiter, boolean shared, long patience, long now) {
		RedisCall call = new RedisCall(waiter, newId());
		this.byId.put(call.id, call);
		this.byWaiter.put(waiter, call);
		this.waiting++;
		this.expiries.add(waiter, now, patience);
		if (shared) {
			onItsWay(call);
		}
		else {
			this.queue.addLast(waiter);
		}
		return call;
	}

	private static void onItsWay(RedisCall call) {
		call.told = true;
		call.pending = true;
	}

	private String newId() {
		return this.prefix + Long.toString(this.sequence++, 36);
	}

	/**
	 * Give a call its permit.
	 */
	void hold(RedisCall call, int slots, int inFlight, long now) {
		this.queue.remove(call.waiter);
		this.expiries.remove(call.waiter);
		this.waiting--;
		call.running = true;
		call.waiter.held = slots;
		call.waiter.inFlightAtGrant = inFlight;
		call.waiter.grantedAt = now;
		this.slots += slots;
	}

	/**
	 * Forget a call that has ended or left.
	 */
	void remove(RedisCall call) {
		if (call.running) {
			this.slots -= call.waiter.held;
		}
		else {
			this.expiries.remove(call.waiter);
			this.waiting--;
		}
		forget(call);
	}

	private void forget(RedisCall call) {
		this.byId.remove(call.id);
		this.byWaiter.remove(call.waiter);
		this.queue.remove(call.waiter);
	}

	/**
	 * Forget a call whose wait has gone on too long.
	 * @return the call, or {@code null} if there is none (any more)
	 */
	@Nullable RedisCall removeExpired(long now) {
		Waiter waiter = this.expiries.poll(now);
		RedisCall call = (waiter != null) ? of(waiter) : null;
		if (call != null) {
			this.waiting--;
			forget(call);
		}
		return call;
	}

	/**
	 * Return when to look for such a call next, or 0 if nobody waits.
	 */
	long nextExpiry() {
		return this.expiries.isEmpty() ? 0 : this.expiries.nextPoll();
	}

	/**
	 * Put a call that had a permit back to the head of its queue: a new stay begins.
	 * @param shared whether that is the shared queue
	 * @param patience how much longer it waits, in nanoseconds
	 * @return the stay that has ended
	 */
	String goBack(RedisCall call, boolean shared, long patience, long now) {
		String ended = call.id;
		this.slots -= call.waiter.held;
		this.waiting++;
		call.running = false;
		this.expiries.add(call.waiter, now, patience);
		rename(call);
		if (shared) {
			onItsWay(call);
		}
		else {
			call.told = false;
			this.queue.addFirst(call.waiter);
		}
		return ended;
	}

	private void rename(RedisCall call) {
		this.byId.remove(call.id);
		call.id = newId();
		this.byId.put(call.id, call);
	}

	/**
	 * From now on this instance grants: whoever waits does so here, and what Redis may
	 * know of them has ended.
	 */
	void disconnected(long now) {
		List<RedisCall> waiting = waitingCalls();
		// Whoever went back to the queue has a new name but an old place.
		waiting.sort((a, b) -> Long.signum(a.waiter.waitingSince - b.waiter.waitingSince));
		for (RedisCall call : waiting) {
			if (call.told) {
				this.gone.put(call.id, now);
				call.told = false;
				call.pending = false;
				rename(call);
			}
			if (call.waiter.line == null) {
				this.queue.addLast(call.waiter);
			}
		}
	}

	/**
	 * From now on Redis grants: nobody waits here any more.
	 * @return those of whom Redis does not know yet
	 */
	List<RedisCall> handOver() {
		List<RedisCall> untold = new ArrayList<>();
		for (RedisCall call : waitingCalls()) {
			this.queue.remove(call.waiter);
			if (!call.told) {
				onItsWay(call);
				untold.add(call);
			}
		}
		return untold;
	}

	List<RedisCall> waitingCalls() {
		List<RedisCall> all = new ArrayList<>(this.waiting);
		for (RedisCall call : this.byId.values()) {
			if (!call.running) {
				all.add(call);
			}
		}
		return all;
	}

	/**
	 * Remember that a stay has ended, until Redis knows.
	 */
	void ended(Collection<String> ids, long now) {
		ids.forEach((id) -> this.gone.put(id, now));
	}

	/**
	 * Return the stays that have ended of which Redis may not know that.
	 */
	List<String> gone() {
		return List.copyOf(this.gone.keySet());
	}

	/**
	 * Return all stays that Redis may know.
	 */
	List<String> everyId() {
		List<String> ids = new ArrayList<>(this.byId.keySet());
		ids.addAll(this.gone.keySet());
		return ids;
	}

	/**
	 * Return all that Redis is to be told.
	 * @param alone whether those who wait do so here, and are none of its business
	 */
	Report report(boolean alone, long now) {
		this.gone.values().removeIf((since) -> now - since > this.lease);
		List<Stay> running = new ArrayList<>();
		List<Stay> waiting = new ArrayList<>();
		for (RedisCall call : this.byId.values()) {
			if (call.running) {
				running.add(new Stay(call.id, call.waiter, call.waiter.held));
				call.told = true;
			}
			else if (!alone && !call.pending) {
				waiting.add(new Stay(call.id, call.waiter, 0));
				call.told = true;
			}
		}
		return new Report(gone(), running, waiting);
	}

	/**
	 * Redis knows of a report.
	 * @return the stays it names that have ended meanwhile
	 */
	List<String> reported(Report report) {
		report.gone().forEach(this.gone::remove);
		List<String> ended = new ArrayList<>();
		for (List<Stay> stays : List.of(report.running(), report.waiting())) {
			for (Stay stay : stays) {
				if (!this.byId.containsKey(stay.id())) {
					ended.add(stay.id());
				}
			}
		}
		return ended;
	}

	/**
	 * Count who waits.
	 * @param limit slots there are
	 * @param learned the limit that was learned, if any
	 * @param configured slots that are configured
	 * @param expectedWait of a newcomer, in nanoseconds
	 */
	LimiterSnapshot snapshot(int limit, @Nullable Integer learned, int configured, long expectedWait, long now) {
		Map<Priority, Integer> queued = new EnumMap<>(Priority.class);
		for (Priority priority : Priority.values()) {
			queued.put(priority, 0);
		}
		Set<String> tenants = new HashSet<>();
		long oldest = now;
		for (RedisCall call : waitingCalls()) {
			queued.merge(call.waiter.priority, 1, Integer::sum);
			tenants.add(call.waiter.priority + ":" + call.waiter.tenant);
			oldest = Math.min(oldest, call.waiter.waitingSince);
		}
		return new LimiterSnapshot(this.slots, limit, configured, learned, queued, tenants.size(),
				Duration.ofNanos((this.waiting > 0) ? expectedWait : 0), Duration.ofNanos(now - oldest));
	}

	/**
	 * All that an instance has at one moment.
	 *
	 * @param gone stays that have ended
	 * @param running permits
	 * @param waiting places in the queue
	 */
	record Report(List<String> gone, List<Stay> running, List<Stay> waiting) {
	}

	/**
	 * A permit or a place in the queue.
	 *
	 * @param id its name at Redis
	 * @param waiter whose it is
	 * @param slots how many it takes, or 0 if it waits
	 */
	record Stay(String id, Waiter waiter, int slots) {
	}

}
