package io.github.elevenspring.test.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Counts the requests in flight per concurrency group and holds them to the limits of the
 * plan. Nothing is called while the lock is held.
 */
final class ConcurrencyGate {

	private final Map<String, Group> groups = new TreeMap<>();

	private final OverLimit overLimit;

	ConcurrencyGate(Map<String, Integer> limits, OverLimit overLimit) {
		this.overLimit = overLimit;
		limits.forEach((name, limit) -> this.groups.put(name, new Group(limit)));
	}

	/**
	 * Return a slot that is not taken yet.
	 * @param group the concurrency group
	 * @return the slot
	 */
	Slot slot(String group) {
		synchronized (this.groups) {
			return new Slot(this.groups.computeIfAbsent(group, (name) -> new Group(0)));
		}
	}

	/**
	 * Change limits. Waiting requests that fit now go ahead; running ones are left alone.
	 * @param limits the limits by concurrency group
	 */
	void limits(Map<String, Integer> limits) {
		Deque<Slot> admitted = new ArrayDeque<>();
		synchronized (this.groups) {
			limits.forEach((name, limit) -> {
				Group group = this.groups.computeIfAbsent(name, (key) -> new Group(limit));
				group.limit = limit;
				group.admit(admitted);
			});
		}
		admitted.forEach(Slot::signal);
	}

	void forgetMaxima() {
		synchronized (this.groups) {
			this.groups.values().forEach((group) -> group.maximum = group.inFlight);
		}
	}

	Map<String, Statistics.Group> snapshot() {
		Map<String, Statistics.Group> snapshot = new TreeMap<>();
		synchronized (this.groups) {
			this.groups.forEach((name, group) -> snapshot.put(name,
					new Statistics.Group(group.limit, group.inFlight, group.maximum, group.waiting.size())));
		}
		return snapshot;
	}

	/**
	 * What is known about one group.
	 */
	private static final class Group {

		private final Deque<Slot> waiting = new ArrayDeque<>();

		private int limit;

		private int inFlight;

		private int maximum;

		Group(int limit) {
			this.limit = limit;
		}

		private boolean take() {
			if (this.inFlight >= this.limit) {
				return false;
			}
			this.inFlight++;
			this.maximum = Math.max(this.maximum, this.inFlight);
			return true;
		}

		private void admit(Deque<Slot> admitted) {
			while (!this.waiting.isEmpty() && take()) {
				Slot slot = this.waiting.remove();
				slot.held = true;
				admitted.add(slot);
			}
		}

	}

	/**
	 * The place of one request. Whoever asks for it must release it in the end, held or
	 * not; a second release changes nothing.
	 */
	final class Slot {

		private final Sinks.Empty<Void> turn = Sinks.empty();

		private final Group group;

		private boolean held;

		private boolean released;

		Slot(Group group) {
			this.group = group;
		}

		/**
		 * Take the slot, or wait for it.
		 * @return completes when the slot is held, fails with an {@link ApiException} if
		 * the request is refused
		 */
		Mono<Void> acquire() {
			return Mono.defer(() -> {
				synchronized (ConcurrencyGate.this.groups) {
					if (this.released) {
						return Mono.error(new CancellationException("The request is over"));
					}
					if (this.group.take()) {
						this.held = true;
						return Mono.empty();
					}
					if (ConcurrencyGate.this.overLimit == OverLimit.QUEUE) {
						this.group.waiting.add(this);
						return this.turn.asMono();
					}
					return Mono.error(new ApiException(ApiError.tooManyConcurrentRequests(this.group.limit)));
				}
			});
		}

		int inFlight() {
			synchronized (ConcurrencyGate.this.groups) {
				return this.group.inFlight;
			}
		}

		int limit() {
			synchronized (ConcurrencyGate.this.groups) {
				return this.group.limit;
			}
		}

		void release() {
			Deque<Slot> admitted = new ArrayDeque<>();
			synchronized (ConcurrencyGate.this.groups) {
				if (this.released) {
					return;
				}
				this.released = true;
				if (this.held) {
					this.group.inFlight--;
					this.group.admit(admitted);
				}
				else {
					this.group.waiting.remove(this);
				}
			}
			admitted.forEach(Slot::signal);
		}

		private void signal() {
			this.turn.tryEmitEmpty();
		}

	}

}
