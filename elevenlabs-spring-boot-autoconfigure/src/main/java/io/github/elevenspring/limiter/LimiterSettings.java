package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.Map;

import io.github.elevenspring.model.Priority;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * How the limiters of all groups work.
 *
 * @param headroom slots of each limit that are left unused, but for the last one
 * @param adaptive whether limits follow what the service says
 * @param queueCapacity calls that may wait in each group
 * @param maxWait longest wait for a slot
 * @param ageing wait of the oldest call of a priority in which the guaranteed share of
 * that priority grows by itself, up to three times, and as long as all shares together
 * leave half of the slots to the highest priority; zero for no growth
 * @param guaranteedShares part of the slots, from 0 to 1, that goes to a priority even if
 * higher ones always wait
 * @param rate what caps the beginnings of calls, in each group by itself, or {@code null}
 * for no cap
 * @since 0.1.0
 */
public record LimiterSettings(int headroom, boolean adaptive, int queueCapacity, Duration maxWait, Duration ageing,
		Map<Priority, Double> guaranteedShares, @Nullable Rate rate) {

	/**
	 * Create settings.
	 * @throws IllegalArgumentException if a value cannot be meant
	 */
	public LimiterSettings {
		Assert.isTrue(headroom >= 0, "'headroom' must not be negative");
		Assert.isTrue(queueCapacity >= 0, "'queueCapacity' must not be negative");
		Assert.isTrue(!maxWait.isNegative(), "'maxWait' must not be negative");
		Assert.isTrue(!ageing.isNegative(), "'ageing' must not be negative");
		guaranteedShares = Map.copyOf(guaranteedShares);
		Assert.isTrue(!guaranteedShares.containsKey(Priority.INTERACTIVE),
				"'guaranteedShares' must not name the highest priority, which has what the others leave");
		double sum = 0;
		for (double share : guaranteedShares.values()) {
			Assert.isTrue(share >= 0, "'guaranteedShares' must not be negative");
			sum += share;
		}
		Assert.isTrue(sum < 1, "'guaranteedShares' must leave something for the highest priority");
	}

	/**
	 * Return settings that suit most applications.
	 * @return 500 waiting calls, 30 seconds, a fifth for normal and a tenth for batch
	 */
	public static LimiterSettings defaults() {
		return new LimiterSettings(0, true, 500, Duration.ofSeconds(30), Duration.ofSeconds(30),
				Map.of(Priority.NORMAL, 0.2, Priority.BATCH, 0.1), null);
	}

	@Nullable RateShaper newShaper(long now) {
		Rate rate = this.rate;
		if (rate == null) {
			return null;
		}
		return (rate.algorithm() == Rate.Algorithm.TOKEN_BUCKET)
				? new RateShaper.TokenBucket(rate.calls(), rate.period().toNanos(), now)
				: new RateShaper.SlidingWindow(rate.calls(), rate.period().toNanos());
	}

	/**
	 * A cap on how many calls begin in a span of time.
	 *
	 * @param algorithm how it is counted
	 * @param calls capacity of the bucket, or size of the window, {@value #MOST_CALLS} at
	 * the most
	 * @param period time in which an empty bucket is full again, or length of the window,
	 * a day at the most
	 */
	public record Rate(Algorithm algorithm, int calls, Duration period) {

		/**
		 * Most calls of a bucket or window: a window remembers each of them.
		 */
		public static final int MOST_CALLS = 100_000;

		/**
		 * Longest period of a bucket or window.
		 */
		public static final Duration LONGEST_PERIOD = Duration.ofDays(1);

		/**
		 * Create a cap.
		 * @throws IllegalArgumentException if a value cannot be meant
		 */
		public Rate {
			Assert.isTrue(calls > 0 && calls <= MOST_CALLS, "'calls' must be from 1 to " + MOST_CALLS);
			Assert.isTrue(period.compareTo(Duration.ZERO) > 0 && period.compareTo(LONGEST_PERIOD) <= 0,
					"'period' must be positive, a day at the most");
		}

		/**
		 * Ways to count.
		 */
		public enum Algorithm {

			/**
			 * A bucket that is refilled steadily: bursts up to its capacity.
			 */
			TOKEN_BUCKET,

			/**
			 * A window that slides: never more than its size in any span of its length.
			 */
			SLIDING_WINDOW

		}

	}

}
