package io.github.elevenspring.limiter;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * How long nothing is granted after the service has refused a call: the longer, the more
 * refusals came in a row. Not thread-safe: its limiter guards it. All times are in
 * nanoseconds.
 */
final class RefusalBackoff {

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

	private static final int MOST_DOUBLINGS = 6;

	private int refusals;

	private long pausedAt;

	/**
	 * Take note of a refusal. That of a call that had begun before the last pause is one
	 * with it.
	 * @param grantedAt when the call got its permit
	 * @param now the time
	 * @return how long nothing is to be granted, or 0 if that is known already
	 */
	long refused(long grantedAt, long now) {
		if (this.refusals > 0 && grantedAt - this.pausedAt <= 0) {
			return 0;
		}
		long longest = FIRST_PAUSE << Math.min(this.refusals++, MOST_DOUBLINGS);
		this.pausedAt = now;
		return ThreadLocalRandom.current().nextLong(longest / 2, longest + 1);
	}

	/**
	 * Take note of a call that was served.
	 */
	void served() {
		this.refusals = 0;
	}

}
