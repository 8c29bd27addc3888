package io.github.elevenspring.limiter;

/**
 * A call of this instance that waits or runs, and what Redis has been told of it. Guarded
 * by the lock of its limiter.
 */
final class RedisCall {

	final Waiter waiter;

	/**
	 * Names one stay of the call at Redis. Whoever loses touch or goes back to the queue
	 * gets a new one, so that an answer or a message that comes late cannot mean the call
	 * as it is now.
	 */
	String id;

	/**
	 * Whether it has a permit.
	 */
	boolean running;

	/**
	 * Whether Redis may know it.
	 */
	boolean told;

	/**
	 * Whether a command that brings it into the shared queue is on its way: until that is
	 * answered nothing else is told of it.
	 */
	boolean pending;

	/**
	 * How many go before it and for how many milliseconds, as Redis said last.
	 */
	int ahead;

	long expected;

	/**
	 * When Redis said so.
	 */
	long placedAt;

	/**
	 * What the service said with the answer, if Redis learns of it when the call ends.
	 */
	int maximum;

	int current;

	RedisCall(Waiter waiter, String id) {
		this.waiter = waiter;
		this.id = id;
	}

	/**
	 * A permit that Redis grants to a call.
	 *
	 * @param id the stay it is for
	 * @param slots how many it takes
	 * @param inFlight slots in use at that moment, these among them
	 */
	record Grant(String id, int slots, int inFlight) {

		static Grant parse(String text) {
			String[] parts = text.split(" ");
			return new Grant(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
		}

	}

}
