package io.github.elevenspring.limiter;

import java.util.Arrays;

/**
 * Learns how many slots the service really allows to this application. What the service
 * says in headers counts most: its maximum, less what other users of the account take.
 * That share is the median of the last few answers, since a single answer is out of date
 * when it arrives. Where there are no headers, refusals lower the limit to what was
 * accepted, and a long time without one raises it slot by slot. Not thread-safe: its
 * limiter guards it.
 */
final class AdaptiveLimit {

	/**
	 * How many answers make up the picture of what others take.
	 */
	private static final int ANSWERS = 9;

	/**
	 * How much of the limit is left at the least after a refusal.
	 */
	private static final double DECREASE = 0.5;

	/**
	 * How many calls per slot must be served before one more slot is tried.
	 */
	private static final int CALLS_PER_RECOVERY = 10;

	private static final int UNKNOWN = -1;

	private final int headroom;

	/**
	 * The most that may be learned, or no bound: an explicit setting is never exceeded.
	 */
	private int bound;

	/**
	 * What the service says it allows to all applications of the account together.
	 */
	private int maximum = UNKNOWN;

	/**
	 * Whether the maximum was named by a refusal only, which says nothing of what others
	 * take and comes but once.
	 */
	private boolean hearsay;

	private final int[] others = new int[ANSWERS];

	private int answers;

	private int othersNow;

	/**
	 * What refusals have left of the limit.
	 */
	private int afterRefusals = Integer.MAX_VALUE;

	private int servedSinceRefusal;

	private int answersSinceRefusal;

	private int configured;

	AdaptiveLimit(int configured, boolean binding, int headroom) {
		this.headroom = headroom;
		configure(configured, binding);
	}

	/**
	 * Set what was configured. What refusals taught before is forgotten.
	 * @param configured slots
	 * @param binding whether more than that is not to be learned
	 */
	void configure(int configured, boolean binding) {
		this.configured = configured;
		this.bound = binding ? configured : Integer.MAX_VALUE;
		this.afterRefusals = Integer.MAX_VALUE;
		if (this.hearsay) {
			this.maximum = UNKNOWN;
		}
	}

	/**
	 * Return the limit as it stands.
	 */
	int limit() {
		return Math.min(ceiling(), this.afterRefusals);
	}

	private int ceiling() {
		int allowed = (this.maximum != UNKNOWN) ? Math.min(this.maximum - this.othersNow, this.bound) : this.configured;
		return Math.max(1, allowed - this.headroom);
	}

	int configured() {
		return this.configured;
	}

	boolean hasLearned() {
		return this.maximum != UNKNOWN || this.afterRefusals != Integer.MAX_VALUE;
	}

	/**
	 * Return whether refusals have lowered the limit.
	 */
	boolean isRecovering() {
		return this.afterRefusals != Integer.MAX_VALUE;
	}

	/**
	 * Take note of an answer.
	 * @param maximum what the service allows
	 * @param current what it has in flight
	 * @param ours what this application has in flight
	 */
	void observed(int maximum, int current, int ours) {
		if (maximum <= 0) {
			return;
		}
		this.answersSinceRefusal++;
		if (maximum != this.maximum || this.answersSinceRefusal >= ANSWERS) {
			this.afterRefusals = Integer.MAX_VALUE;
		}
		this.maximum = maximum;
		this.hearsay = false;
		this.others[this.answers % ANSWERS] = Math.max(0, current - ours);
		this.answers++;
		int seen = Math.min(this.answers, ANSWERS);
		int[] sorted = Arrays.copyOf(this.others, seen);
		Arrays.sort(sorted);
		this.othersNow = sorted[(seen - 1) / 2];
	}

	/**
	 * Take note of a refusal. It says that one more than what was accepted is too much,
	 * and nothing about fewer: of many that are refused together, the last one counts.
	 * @param accepted what is still in flight, the refused call not counted
	 * @param advertised the limit the service named, or 0
	 */
	void refused(int accepted, int advertised) {
		if (advertised > 0) {
			this.hearsay |= advertised != this.maximum;
			this.maximum = advertised;
		}
		this.servedSinceRefusal = 0;
		this.answersSinceRefusal = 0;
		int limit = limit();
		if (accepted < limit) {
			this.afterRefusals = Math.max(1, Math.max(accepted, (int) (limit * DECREASE)));
		}
	}

	/**
	 * Take note of a call that was served.
	 */
	void served() {
		if (this.afterRefusals == Integer.MAX_VALUE) {
			return;
		}
		this.servedSinceRefusal++;
		if (this.servedSinceRefusal >= CALLS_PER_RECOVERY * this.afterRefusals) {
			this.servedSinceRefusal = 0;
			this.afterRefusals++;
			if (this.afterRefusals >= ceiling()) {
				this.afterRefusals = Integer.MAX_VALUE;
			}
		}
	}

}
