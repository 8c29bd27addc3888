package io.github.elevenspring.limiter;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * What an instance knows of the limit it shares, and what its own part of it is. Guarded
 * by the lock of its limiter, but for the configuration.
 */
final class SharedLimit {

	private final int headroom;

	private volatile Configuration configuration;

	/**
	 * Whether Redis has heard what was configured at the start.
	 */
	private boolean introduced;

	/**
	 * What was configured at the start.
	 */
	private final Configuration first;

	private int waiting;

	/**
	 * Whether Redis has heard what is configured now.
	 */
	private boolean told;

	private int limit;

	private int instances;

	private boolean learned;

	private int maximum;

	private long holdMillis;

	SharedLimit(int configured, boolean binding, int headroom, int expectedInstances) {
		this.headroom = headroom;
		this.instances = expectedInstances;
		this.first = new Configuration(configured, binding);
		this.configuration = this.first;
		this.limit = unshared();
	}

	Configuration configuration() {
		return this.configuration;
	}

	/**
	 * Return what Redis is to be told: what was configured at the start before anything
	 * else.
	 */
	Configuration news() {
		return this.introduced ? this.configuration : this.first;
	}

	boolean isIntroduced() {
		return this.introduced;
	}

	boolean isTold() {
		return this.told;
	}

	/**
	 * Configure the limit, unless that is a plan and the limit binds.
	 * @param shared whether Redis will say what follows from it
	 */
	void configure(Configuration configuration, boolean shared) {
		if (this.configuration.binding() && !configuration.binding()) {
			return;
		}
		this.configuration = configuration;
		this.told = false;
		if (!shared) {
			this.limit = unshared();
		}
	}

	private int unshared() {
		return Math.max(1, this.configuration.limit() - this.headroom);
	}

	/**
	 * Redis has been told of a configuration.
	 */
	void told(Configuration configuration) {
		this.introduced = true;
		this.told = configuration.equals(this.configuration);
	}

	/**
	 * Take note of an answer. An instance that is not back yet never takes more from it:
	 * Redis keeps for it what it has told of.
	 * @param alone whether this instance is on its own
	 * @param shared whether it takes part
	 */
	void note(ScriptAnswer answer, boolean alone, boolean shared) {
		this.limit = alone ? Math.min(this.limit, answer.limit()) : answer.limit();
		this.instances = shared ? answer.instances() : Math.max(this.instances, answer.instances());
		if (this.told) {
			this.configuration = answer.configured();
		}
		this.learned = answer.learned();
		if (answer.maximum() > 0) {
			this.maximum = answer.maximum();
		}
		this.holdMillis = answer.holdMillis();
		this.waiting = answer.waiting();
	}

	/**
	 * Somebody has joined.
	 * @param instances how many there are now
	 */
	void joined(int instances) {
		this.instances = Math.max(this.instances, instances);
	}

	/**
	 * Take note of how long a call held its slot while Redis did not answer.
	 */
	void served(long millis) {
		this.holdMillis = (this.holdMillis == 0) ? millis : this.holdMillis + (millis - this.holdMillis) / 8;
	}

	/**
	 * Take note of what the service allows.
	 * @return whether that is news
	 */
	boolean learn(int maximum) {
		boolean news = maximum > 0 && maximum != this.maximum;
		if (news) {
			this.maximum = maximum;
		}
		return news;
	}

	/**
	 * Return what the service said it allows, or 0.
	 */
	int maximum() {
		return this.maximum;
	}

	/**
	 * Return how many instances share the limit.
	 */
	int instances() {
		return this.instances;
	}

	int limit() {
		return this.limit;
	}

	/**
	 * Return how many calls of all instances waited when Redis answered last.
	 */
	int waiting() {
		return this.waiting;
	}

	/**
	 * Return the part of this instance while it is on its own.
	 */
	int share() {
		return Math.max(1, this.limit / Math.max(1, this.instances));
	}

	@Nullable Integer learned() {
		return this.learned ? (Integer) this.limit : null;
	}

	/**
	 * Return in how many nanoseconds a call has its turn.
	 * @param ahead how many go before it
	 * @param slots how many there are
	 */
	long expectedWait(int ahead, int slots) {
		return (long) ((ahead + 1.0) * TimeUnit.MILLISECONDS.toNanos(this.holdMillis) / slots);
	}

	/**
	 * What is configured.
	 *
	 * @param limit slots
	 * @param binding whether the limit holds against the service's word
	 */
	record Configuration(int limit, boolean binding) {
	}

}
