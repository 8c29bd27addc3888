package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;

/**
 * What the limiter of a group says to calls that get no permit. All times are in
 * nanoseconds.
 */
final class Refusals {

	private static final String LATER = ": try again later, or raise elevenlabs.limiter.queue.";

	private final String group;

	private final int capacity;

	Refusals(String group, int capacity) {
		this.group = group;
		this.capacity = capacity;
	}

	/**
	 * The queue has no place left.
	 * @param expected after which another try makes sense, or 0 if unknown
	 */
	ElevenLabsRejectedException full(long expected) {
		return refusal(ErrorKind.QUEUE_FULL, full() + LATER + "capacity", expected);
	}

	/**
	 * A more urgent call took the place.
	 */
	ElevenLabsRejectedException evicted() {
		return refusal(ErrorKind.QUEUE_FULL, full() + ", and a more urgent one took this place" + LATER + "capacity",
				0);
	}

	private String full() {
		return this.capacity + " calls wait already for a slot of group " + this.group;
	}

	/**
	 * The call would wait too long.
	 */
	ElevenLabsRejectedException late(long expected, long patience) {
		return refusal(
				ErrorKind.QUEUE_TIMEOUT, "A slot of group " + this.group + " is expected in " + millis(expected)
						+ " ms, but the call can wait " + millis(patience) + " ms" + LATER + "max-wait or the deadline",
				expected);
	}

	/**
	 * The call has waited too long.
	 * @param expected after which another try makes sense, or 0 if unknown
	 */
	ElevenLabsRejectedException tooLate(long patience, long expected) {
		return refusal(ErrorKind.QUEUE_TIMEOUT, "No slot of group " + this.group + " came free within "
				+ millis(patience) + " ms" + LATER + "max-wait or the deadline", (expected > 0) ? expected : patience);
	}

	/**
	 * No new calls are taken.
	 */
	static ElevenLabsRejectedException shuttingDown() {
		return refusal(ErrorKind.SHUTDOWN, "The application is shutting down and takes no new calls", 0);
	}

	/**
	 * Those who waited for the last time are sent away.
	 */
	static ElevenLabsRejectedException shutDown() {
		return refusal(ErrorKind.SHUTDOWN, "The application shut down before a slot came free for the call", 0);
	}

	private static ElevenLabsRejectedException refusal(ErrorKind kind, String message, long wait) {
		return new ElevenLabsRejectedException(kind, message, (wait > 0) ? Duration.ofNanos(wait) : null);
	}

	private static long millis(long nanos) {
		return TimeUnit.NANOSECONDS.toMillis(nanos);
	}

}
