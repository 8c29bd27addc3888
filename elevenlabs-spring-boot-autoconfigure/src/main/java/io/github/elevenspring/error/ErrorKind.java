package io.github.elevenspring.error;

/**
 * What went wrong, in the terms of whoever has to do something about it. The kinds follow
 * the vendor's error page (2026) and what was seen on the wire where that differs.
 *
 * @since 0.1.0
 */
public enum ErrorKind {

	/**
	 * More requests in flight than the plan allows. Nothing was generated.
	 */
	CONCURRENCY(true),

	/**
	 * Too many requests in a span of time. Nothing was generated.
	 */
	RATE(true),

	/**
	 * ElevenLabs is overloaded. Nothing was generated.
	 */
	BUSY(true),

	/**
	 * The credits of the account, or of the key, are used up.
	 */
	QUOTA(false),

	/**
	 * The API key is missing or wrong.
	 */
	AUTH(false),

	/**
	 * The key, the plan or the account may not do this.
	 */
	PERMISSION(false),

	/**
	 * The request makes no sense to ElevenLabs and never will.
	 */
	INVALID(false),

	/**
	 * A voice, a model or another thing that was named does not exist.
	 */
	NOT_FOUND(false),

	/**
	 * The thing named is being changed by somebody else, or is not ready yet.
	 */
	CONFLICT(false),

	/**
	 * ElevenLabs failed, or answered with what is not an answer.
	 */
	SERVER(true),

	/**
	 * The connection could not be made, or broke.
	 */
	NETWORK(true),

	/**
	 * An answer, or the next part of one, did not come in time. The call may have been
	 * billed.
	 */
	TIMEOUT(true),

	/**
	 * Refused here: too many calls wait already.
	 */
	QUEUE_FULL(true),

	/**
	 * Refused here: no slot came free in time.
	 */
	QUEUE_TIMEOUT(true),

	/**
	 * Refused here: ElevenLabs failed too often of late.
	 */
	BREAKER_OPEN(true),

	/**
	 * Refused here: the budget is spent.
	 */
	BUDGET(false),

	/**
	 * Refused here: the application is shutting down.
	 */
	SHUTDOWN(true);

	private final boolean transientFailure;

	ErrorKind(boolean transientFailure) {
		this.transientFailure = transientFailure;
	}

	/**
	 * Return whether the same call may succeed later without anybody changing anything.
	 * @return {@code true} for a passing trouble
	 */
	public boolean isTransient() {
		return this.transientFailure;
	}

}
