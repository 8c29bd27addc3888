package io.github.elevenspring.limiter;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Learns how many slots the service really allows to this application. Not thread-safe:
 * its limiter guards it.
 * <p>
 * <b>With headers</b> the limit is the maximum of the account less what others take. An
 * answer does not say when its number was counted: what others took then is the number
 * less something between the most and the fewest that this application had in flight
 * meanwhile. Others are left more as soon as two of the last {@value #ANSWERS} answers
 * ask for it by the most. They are left less when all of the last {@value #ANSWERS} agree
 * by the fewest, but for one slot, which is tried {@value #CALLS_PER_RECOVERY} such
 * answers per slot later.
 * <p>
 * Calls that are on their way to or from the service are in flight here and not counted
 * there. While calls want all slots of the limit and at most one of them is on its way on
 * average, the limit is what others leave or one slot below it, {@value #ANSWERS} answers
 * after the last call from before a change of theirs, or from before the last refusal,
 * has ended (rarely, in two steps of which the first ends one slot lower); and it stays
 * there until they change again. With more calls on their way others seem to take less
 * than they do, and refusals correct that.
 * <p>
 * <b>Without headers</b> a refusal lowers the limit to what was accepted, to half of it
 * at the least, and each {@value #CALLS_PER_RECOVERY} calls per slot that are served
 * raise it by one, so that it ends up going from what is accepted to one more and back.
 * It falls lower where calls end and leave their slots empty while a refusal is on its
 * way.
 */
final class AdaptiveLimit {

	/**
	 * How many answers make up the picture of what others take.
	 */
	private static final int ANSWERS = 20;

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
	private boolean maximumFromRefusal;

	// Of the last answers, as rings.

	private final int[] counted = new int[ANSWERS];

	private final int[] most = new int[ANSWERS];

	private final int[] othersAtMost = new int[ANSWERS];

	private int next;

	/**
	 * How many of them came since the last refusal.
	 */
	private int answers;

	/**
	 * How many answers in a row have found others to take less than is left to them.
	 */
	private int answersBelow;

	private int others;

	/**
	 * What refusals have left of the limit.
	 */
	private int afterRefusals = Integer.MAX_VALUE;

	/**
	 * How many calls were in flight when the first of several refusals came. Until as
	 * many are served the next refusals belong to it.
	 */
	private int burst;

	private int served;

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
		if (this.maximumFromRefusal) {
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
		int allowed = (this.maximum != UNKNOWN) ? Math.min(this.maximum - this.others, this.bound) : this.configured;
		return Math.max(1, allowed - this.headroom);
	}

	/**
	 * Return whether more than what is configured is not to be learned.
	 */
	boolean isBound() {
		return this.bound != Integer.MAX_VALUE;
	}

	int configured() {
		return this.configured;
	}

	/**
	 * Return what the service was found to allow, whatever is configured, or {@code null}
	 * if nothing has been learned.
	 */
	@Nullable Integer learned() {
		if (this.maximum == UNKNOWN && this.afterRefusals == Integer.MAX_VALUE) {
			return null;
		}
		int allowed = (this.maximum != UNKNOWN) ? this.maximum - this.others : Integer.MAX_VALUE;
		return Math.max(1, Math.min(allowed, this.afterRefusals));
	}

	/**
	 * Return whether refusals have lowered the limit.
	 */
	boolean isRecovering() {
		return this.afterRefusals != Integer.MAX_VALUE;
	}

	/**
	 * Take note of an answer. At some moment since its call was granted the service has
	 * counted what it has in flight.
	 * @param maximum what the service allows
	 * @param current what it has counted
	 * @param oursAtGrant what this application had in flight when the call was granted
	 * @param ours what it has in flight now
	 */
	void observed(int maximum, int current, int oursAtGrant, int ours) {
		if (maximum <= 0) {
			return;
		}
		if (maximum == this.maximum && this.afterRefusals != Integer.MAX_VALUE) {
			this.others = Math.max(this.others, maximum - this.headroom - this.afterRefusals);
		}
		this.afterRefusals = Integer.MAX_VALUE;
		this.burst = 0;
		this.maximum = maximum;
		this.maximumFromRefusal = false;
		int atMost = Math.max(0, current - Math.min(oursAtGrant, ours));
		this.counted[this.next] = current;
		this.most[this.next] = Math.max(oursAtGrant, ours);
		this.othersAtMost[this.next] = atMost;
		this.next = (this.next + 1) % ANSWERS;
		this.answers = Math.min(this.answers + 1, ANSWERS);
		this.others = Math.max(this.others, highest(this.counted, 2) - highest(this.most, 1));
		if (this.answers == ANSWERS) {
			this.others = Math.min(this.others, highest(this.othersAtMost, 1) + 1);
		}
		this.answersBelow = (atMost < this.others) ? this.answersBelow + 1 : 0;
		if (this.answersBelow >= Math.max(ANSWERS, CALLS_PER_RECOVERY * limit())) {
			this.answersBelow = 0;
			this.others--;
		}
	}

	private static int highest(int[] values, int rank) {
		int[] sorted = values.clone();
		Arrays.sort(sorted);
		return sorted[ANSWERS - rank];
	}

	/**
	 * Take note of a refusal. It says that one more than what was accepted is too much,
	 * and nothing about fewer: of many that are refused together, the last one counts.
	 * What was served meanwhile had been accepted too.
	 * @param accepted what is still in flight, the refused call not counted
	 * @param advertised the limit the service named, or 0
	 */
	void refused(int accepted, int advertised) {
		if (advertised > 0) {
			this.maximumFromRefusal |= advertised != this.maximum;
			this.maximum = advertised;
		}
		if (this.served >= this.burst) {
			this.served = 0;
			this.burst = accepted;
		}
		this.answers = 0;
		this.answersBelow = 0;
		int limit = limit();
		if (accepted + this.served < limit) {
			this.afterRefusals = Math.max(1, Math.max(accepted + this.served, (int) (limit * DECREASE)));
		}
	}

	/**
	 * Take note of a call that was served.
	 */
	void served() {
		if (this.afterRefusals == Integer.MAX_VALUE) {
			return;
		}
		this.served++;
		if (this.served >= CALLS_PER_RECOVERY * this.afterRefusals) {
			this.served = 0;
			this.burst = 0;
			this.afterRefusals++;
			if (this.afterRefusals >= ceiling()) {
				this.afterRefusals = Integer.MAX_VALUE;
			}
		}
	}

}
