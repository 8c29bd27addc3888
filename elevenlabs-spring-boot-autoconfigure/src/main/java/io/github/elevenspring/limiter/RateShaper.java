package io.github.elevenspring.limiter;

/**
 * Caps how many calls begin in a span of time, beside how many are in flight. Not
 * thread-safe: its limiter guards it.
 */
interface RateShaper {

	/**
	 * Take leave to begin a call.
	 * @param now nanoseconds of the limiter's clock
	 * @return 0 if it may begin, else the nanoseconds until it may ask again
	 */
	long tryBegin(long now);

	/**
	 * Return how long a call would have to wait at the least.
	 * @param ahead calls that begin before it
	 * @param now nanoseconds of the limiter's clock
	 * @return nanoseconds, 0 or less for no wait
	 */
	long expectedWait(int ahead, long now);

	/**
	 * A bucket that holds tokens up to its capacity and is refilled steadily.
	 */
	final class TokenBucket implements RateShaper {

		private final double capacity;

		private final double tokensPerNano;

		private double tokens;

		private long filledAt;

		TokenBucket(int capacity, long period, long now) {
			this.capacity = capacity;
			this.tokensPerNano = (double) capacity / period;
			this.tokens = capacity;
			this.filledAt = now;
		}

		@Override
		public long tryBegin(long now) {
			fill(now);
			if (this.tokens >= 1) {
				this.tokens -= 1;
				return 0;
			}
			return Math.max(1, (long) Math.ceil((1 - this.tokens) / this.tokensPerNano));
		}

		@Override
		public long expectedWait(int ahead, long now) {
			fill(now);
			return (long) ((ahead + 1 - this.tokens) / this.tokensPerNano);
		}

		private void fill(long now) {
			this.tokens = Math.min(this.capacity, this.tokens + (now - this.filledAt) * this.tokensPerNano);
			this.filledAt = now;
		}

	}

	/**
	 * A window that slides over time and holds a number of beginnings. It remembers each
	 * of them, so it is exact at its edges too.
	 */
	final class SlidingWindow implements RateShaper {

		private final long[] beginnings;

		private final long window;

		private int position;

		private long count;

		SlidingWindow(int most, long window) {
			this.beginnings = new long[most];
			this.window = window;
		}

		@Override
		public long tryBegin(long now) {
			if (this.count >= this.beginnings.length) {
				long left = this.beginnings[this.position] + this.window - now;
				if (left > 0) {
					return left;
				}
			}
			this.beginnings[this.position] = now;
			this.position = (this.position + 1) % this.beginnings.length;
			this.count++;
			return 0;
		}

		@Override
		public long expectedWait(int ahead, long now) {
			int most = this.beginnings.length;
			long nth = this.count + ahead;
			if (nth < most) {
				return 0;
			}
			int slot = (int) (nth % most);
			return (slot < this.count) ? this.beginnings[slot] + (ahead / most + 1) * this.window - now
					: nth / most * this.window;
		}

	}

}
