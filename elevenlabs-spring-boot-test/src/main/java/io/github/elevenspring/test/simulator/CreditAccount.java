package io.github.elevenspring.test.simulator;

/**
 * The credits of the month. A request reserves its cost when it starts, so that parallel
 * requests cannot spend the same credits, and pays when it ends well. Safe for use by
 * several threads.
 */
final class CreditAccount {

	private final QuotaAnswer quotaAnswer;

	private long quota;

	private long used;

	private long reserved;

	CreditAccount(long quota, QuotaAnswer quotaAnswer) {
		this.quota = quota;
		this.quotaAnswer = quotaAnswer;
	}

	synchronized Hold reserve(long cost) {
		long remaining = this.quota - this.used - this.reserved;
		if (cost > remaining) {
			throw new ApiException(ApiError.quotaExceeded(this.quotaAnswer, this.quota, Math.max(remaining, 0), cost));
		}
		this.reserved += cost;
		return new Hold(cost);
	}

	synchronized void refill(long quota) {
		this.quota = quota;
		this.used = 0;
	}

	synchronized void quota(long quota) {
		this.quota = quota;
	}

	synchronized long quota() {
		return this.quota;
	}

	synchronized long used() {
		return this.used;
	}

	private synchronized void settle(long cost, boolean paid) {
		this.reserved -= cost;
		if (paid) {
			this.used += cost;
		}
	}

	/**
	 * The credits of one request, settled once.
	 */
	final class Hold {

		private final long cost;

		private boolean settled;

		private Hold(long cost) {
			this.cost = cost;
		}

		void pay() {
			settle(true);
		}

		void giveBack() {
			settle(false);
		}

		private synchronized void settle(boolean paid) {
			if (!this.settled) {
				this.settled = true;
				CreditAccount.this.settle(this.cost, paid);
			}
		}

	}

}
