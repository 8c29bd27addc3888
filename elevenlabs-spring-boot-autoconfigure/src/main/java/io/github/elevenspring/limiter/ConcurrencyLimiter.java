package io.github.elevenspring.limiter;

/**
 * Grants permits for calls in flight, and lets those wait that have none yet. The local
 * form serves one application; another form can share the limit between several.
 * Thread-safe; nothing blocks.
 */
interface ConcurrencyLimiter {

	/**
	 * Ask for a permit. Exactly one of the waiter's methods is called for it, at once or
	 * later, unless the waiter {@linkplain #leave leaves} first.
	 * @param waiter who asks
	 */
	void enter(Waiter waiter);

	/**
	 * Leave the queue. Does nothing if the waiter is not in it any more.
	 * @param waiter who leaves
	 */
	void leave(Waiter waiter);

	/**
	 * Give a permit back. To be called exactly once for each permit taken.
	 * @param waiter who held it
	 * @param end how the call ended
	 */
	void release(Waiter waiter, CallEnd end);

	/**
	 * Give a permit back that the service did not honour, and go back to the head of the
	 * queue for another.
	 * @param waiter who held it
	 * @param advertised the limit the service named, or 0
	 */
	void refusedByService(Waiter waiter, int advertised);

	/**
	 * Take note of what the service says about the limit.
	 * @param waiter whose call it answers
	 * @param maximum requests in flight that the service allows
	 * @param current requests in flight as the service counts them, those of other
	 * applications among them
	 */
	void observed(Waiter waiter, int maximum, int current);

	/**
	 * Change the limit, and hold it against the service's word. Running calls are left
	 * alone; waiting calls that fit go ahead at once.
	 * @param limit slots
	 */
	void limit(int limit);

	/**
	 * Change the limit that the plan allows, which the service's word still corrects.
	 * Does nothing to a limit that holds against that word.
	 * @param limit slots
	 */
	void plan(int limit);

	/**
	 * Return where a waiter stands.
	 * @param waiter who waits
	 * @return its place, the first one if it does not wait any more
	 */
	QueuePosition position(Waiter waiter);

	/**
	 * Return the state of this moment.
	 * @return a snapshot
	 */
	LimiterSnapshot snapshot();

	/**
	 * Take newcomers again.
	 */
	void open();

	/**
	 * Refuse newcomers from now on, and let those drain that wait already.
	 */
	void close();

	/**
	 * Refuse all that still wait.
	 */
	void refuseWaiting();

	/**
	 * How a call ended.
	 */
	enum CallEnd {

		/**
		 * The service answered it.
		 */
		SERVED,

		/**
		 * It failed, or its caller left: says nothing about the limit.
		 */
		UNCLEAR

	}

}
