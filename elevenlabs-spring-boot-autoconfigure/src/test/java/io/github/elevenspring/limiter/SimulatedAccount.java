package io.github.elevenspring.limiter;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * An account under full load, in virtual time: calls of an {@link AdaptiveLimit} which
 * travel to the service and back, take random times there, and are counted together with
 * those of others.
 */
final class SimulatedAccount {

	/**
	 * Mean time that the service needs for a call.
	 */
	private static final double SERVICE_TIME = 1;

	private final AdaptiveLimit limit;

	private final Random random;

	private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingDouble(Event::time));

	private final boolean headers;

	/**
	 * Mean time on the way to the service and back, together.
	 */
	private final double travel;

	/**
	 * Whether answers tell what was counted when the call arrived, or when its answer
	 * began.
	 */
	private final boolean countedAtArrival;

	private double now;

	private double pausedUntil;

	private final int maximum;

	/**
	 * How many slots others want, and how many they have.
	 */
	private int wanted;

	private int others;

	/**
	 * What the application believes to have in flight, and what has arrived.
	 */
	private int inFlight;

	private int accepted;

	private int change;

	/**
	 * Calls in flight that began before the last change or refusal.
	 */
	private int old;

	private int answers;

	/**
	 * Create an account.
	 * @param onTheWay how many calls are on their way to the service and back when all
	 * slots are used, on average; a tenth of them at the most
	 */
	SimulatedAccount(AdaptiveLimit limit, int maximum, boolean headers, double onTheWay, long seed) {
		this.limit = limit;
		this.maximum = maximum;
		this.headers = headers;
		this.travel = Math.min(0.1, onTheWay / maximum) * SERVICE_TIME;
		this.random = new Random(seed);
		this.countedAtArrival = this.random.nextBoolean();
	}

	int limit() {
		return this.limit.limit();
	}

	void othersWant(int slots) {
		this.wanted = slots;
		limitMoved();
		othersTake();
	}

	/**
	 * Count the calls in flight among those from before: they began under another limit.
	 */
	void limitMoved() {
		this.change++;
		this.old = this.inFlight;
	}

	private void othersTake() {
		this.others = Math.min(this.wanted, this.maximum - this.accepted);
	}

	/**
	 * Let all calls end that began before the last change or refusal.
	 */
	void endOldCalls() {
		while (this.old > 0) {
			step();
		}
	}

	void answer(int times) {
		int end = this.answers + times;
		while (this.answers < end) {
			step();
		}
	}

	private void step() {
		grant();
		Event event = this.events.remove();
		this.now = event.time();
		event.action().run();
	}

	private void grant() {
		if (this.now < this.pausedUntil) {
			return;
		}
		while (this.inFlight < this.limit.limit()) {
			this.inFlight++;
			SimulatedCall call = new SimulatedCall(this.inFlight, this.change);
			in(this.travel / 2, () -> arrive(call));
		}
	}

	private void arrive(SimulatedCall call) {
		if (this.accepted + this.others >= this.maximum) {
			in(this.travel / 2, () -> refused(call));
			return;
		}
		this.accepted++;
		call.counted = this.accepted + this.others;
		double untilHead = this.random.nextDouble();
		in(SERVICE_TIME * untilHead, () -> begin(call, untilHead));
	}

	private void begin(SimulatedCall call, double untilHead) {
		if (!this.countedAtArrival) {
			call.counted = this.accepted + this.others;
		}
		double way = time(this.travel / 2);
		at(this.now + way, () -> observed(call));
		in(SERVICE_TIME * (1 - untilHead), () -> end(call, way));
	}

	private void end(SimulatedCall call, double way) {
		this.accepted--;
		othersTake();
		at(this.now + way, () -> served(call));
	}

	private void observed(SimulatedCall call) {
		this.answers++;
		if (this.headers) {
			this.limit.observed(this.maximum, call.counted, call.inFlightAtGrant, this.inFlight);
		}
	}

	private void served(SimulatedCall call) {
		leave(call);
		if (this.limit.isRecovering()) {
			this.limit.served();
		}
	}

	private void refused(SimulatedCall call) {
		leave(call);
		limitMoved();
		this.limit.refused(this.inFlight, 0);
		this.pausedUntil = this.now + time(SERVICE_TIME / 10);
		at(this.pausedUntil, () -> {
		});
	}

	private void leave(SimulatedCall call) {
		this.inFlight--;
		if (call.change < this.change) {
			this.old--;
		}
	}

	private void in(double mean, Runnable action) {
		at(this.now + time(mean), action);
	}

	private void at(double time, Runnable action) {
		this.events.add(new Event(time, action));
	}

	/**
	 * Return a random time, from a fifth to nine times as much.
	 */
	private double time(double mean) {
		return mean * (0.2 + 1.6 * this.random.nextDouble());
	}

	private static final class SimulatedCall {

		final int inFlightAtGrant;

		/**
		 * Changes and refusals until it began.
		 */
		final int change;

		int counted;

		SimulatedCall(int inFlightAtGrant, int change) {
			this.inFlightAtGrant = inFlightAtGrant;
			this.change = change;
		}

	}

	private record Event(double time, Runnable action) {
	}

}
