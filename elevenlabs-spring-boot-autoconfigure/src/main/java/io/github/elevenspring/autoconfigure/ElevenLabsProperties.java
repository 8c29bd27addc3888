package io.github.elevenspring.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

import io.github.elevenspring.client.BaseUrl;
import io.github.elevenspring.model.Region;
import io.github.elevenspring.limiter.ConcurrencyGroup;
import io.github.elevenspring.limiter.LimiterSettings;
import io.github.elevenspring.limiter.Plan;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.catalog.ModelCatalog;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * Everything that can be set under {@code elevenlabs}. {@code toString()} leaves the key
 * out.
 *
 * @param apiKey key of the account, sent with each request and never written anywhere
 * @param region where requests are processed
 * @param baseUrl address to use in place of the region's, https unless it is a loopback
 * address
 * @param maxInMemorySize largest reply that is collected as a whole; streams are not
 * bounded
 * @param defaults what speech requests leave open
 * @param timeout how long to wait
 * @param ssl how the connection is secured
 * @param plan plan of the account, auto to read it from there
 * @param limiter how calls are kept within the plan
 * @since 0.1.0
 */
@ConfigurationProperties("elevenlabs")
public record ElevenLabsProperties(@Nullable String apiKey, @DefaultValue("global") Region region,
		@Nullable URI baseUrl, @DefaultValue("64MB") DataSize maxInMemorySize, @DefaultValue Defaults defaults,
		@DefaultValue Timeout timeout, @DefaultValue Ssl ssl, @DefaultValue("auto") Plan plan,
		@DefaultValue Limiter limiter) {

	/**
	 * Check what was set.
	 * @throws IllegalArgumentException if a value cannot be meant
	 */
	public ElevenLabsProperties {
		Assert.isTrue(maxInMemorySize.toBytes() > 0, "'elevenlabs.max-in-memory-size' must be positive");
		String trouble = (baseUrl != null) ? BaseUrl.troubleWith(baseUrl) : null;
		Assert.isTrue(trouble == null, () -> String.valueOf(trouble));
	}

	@Override
	public String toString() {
		return "ElevenLabsProperties[apiKey=" + ((this.apiKey != null) ? "******" : "none") + ", region=" + this.region
				+ ", baseUrl=" + this.baseUrl + "]";
	}

	/**
	 * What speech requests leave open.
	 *
	 * @param voiceId voice that speaks unless a request names another
	 * @param modelId model that speaks unless a request names another
	 * @param outputFormat format of the audio unless a request names another
	 */
	public record Defaults(@Nullable String voiceId, @DefaultValue(ModelCatalog.DEFAULT_MODEL) String modelId,
			@DefaultValue("mp3_44100_128") OutputFormat outputFormat) {

	}

	/**
	 * How long to wait.
	 *
	 * @param connect longest wait for a connection, 5s unless
	 * spring.http.clients.connect-timeout says otherwise
	 * @param firstByte longest wait from sending a request to the first byte of the
	 * answer
	 * @param idle longest wait from one part of the answer to the next, while more is
	 * wanted
	 * @param total longest time a call may take from beginning to end
	 */
	public record Timeout(@Nullable Duration connect, @DefaultValue("30s") Duration firstByte,
			@DefaultValue("30s") Duration idle, @DefaultValue("5m") Duration total) {

		/**
		 * Check what was set.
		 * @throws IllegalArgumentException if a time is not positive
		 */
		public Timeout {
			Assert.isTrue(connect == null || isPositive(connect), "'elevenlabs.timeout.connect' must be positive");
			Assert.isTrue(isPositive(firstByte), "'elevenlabs.timeout.first-byte' must be positive");
			Assert.isTrue(isPositive(idle), "'elevenlabs.timeout.idle' must be positive");
			Assert.isTrue(isPositive(total), "'elevenlabs.timeout.total' must be positive");
		}

		private static boolean isPositive(Duration duration) {
			return duration.compareTo(Duration.ZERO) > 0;
		}

	}

	/**
	 * How the connection is secured.
	 *
	 * @param bundle name of the SSL bundle to use, unless spring.http.clients.ssl.bundle
	 * names one for all clients
	 */
	public record Ssl(@Nullable String bundle) {

	}

	/**
	 * How calls are kept within what the plan allows at once.
	 *
	 * @param enabled whether calls are limited
	 * @param headroom slots of each limit that are left to others; one is used in any
	 * case
	 * @param limits slots of a group in place of what the plan allows and the service
	 * says
	 * @param adaptive whether limits follow what the service says
	 * @param queue how calls wait
	 * @param rate cap on how many calls of each group begin in a span of time
	 * @param distributed how limits are shared with other instances
	 * @param drainTimeout how long calls that wait still get their turn at shutdown,
	 * bounded by spring.lifecycle.timeout-per-shutdown-phase
	 */
	public record Limiter(@DefaultValue("true") boolean enabled, @DefaultValue("0") int headroom,
			@DefaultValue Map<ConcurrencyGroup, Integer> limits, @DefaultValue("true") boolean adaptive,
			@DefaultValue Queue queue, @DefaultValue Rate rate, @DefaultValue("none") Distribution distributed,
			@DefaultValue("20s") Duration drainTimeout) {

		/**
		 * Check what was set.
		 * @throws IllegalArgumentException if a value cannot be meant
		 */
		public Limiter {
			Assert.isTrue(headroom >= 0, "'elevenlabs.limiter.headroom' must not be negative");
			Assert.isTrue(!drainTimeout.isNegative(), "'elevenlabs.limiter.drain-timeout' must not be negative");
			limits.forEach((group, limit) -> Assert.isTrue(limit > 0, () -> "'elevenlabs.limiter.limits."
					+ group.name().toLowerCase(Locale.ROOT).replace('_', '-') + "' must be positive"));
		}

		LimiterSettings toSettings() {
			return new LimiterSettings(this.headroom, this.adaptive, this.queue.capacity(), this.queue.maxWait(),
					this.queue.ageing(), Map.of(Priority.NORMAL, this.queue.normalShare() / 100.0, Priority.BATCH,
							this.queue.batchShare() / 100.0),
					this.rate.toRate());
		}

		/**
		 * Ways to share limits.
		 */
		public enum Distribution {

			/**
			 * Each instance counts for itself.
			 */
			NONE,

			/**
			 * All instances share their limits through Redis.
			 */
			REDIS

		}

		/**
		 * How calls wait for a slot.
		 *
		 * @param capacity calls that may wait in each group
		 * @param maxWait longest wait for a slot
		 * @param ageing wait of the oldest call of a priority in which its share grows by
		 * itself, up to three times, and as long as all shares together leave half of the
		 * slots to interactive calls; 0 for no growth
		 * @param normalShare percentage of the slots that normal calls get even if
		 * interactive ones always wait
		 * @param batchShare percentage of the slots that batch calls get even if others
		 * always wait
		 */
		public record Queue(@DefaultValue("500") int capacity, @DefaultValue("30s") Duration maxWait,
				@DefaultValue("30s") Duration ageing, @DefaultValue("20") int normalShare,
				@DefaultValue("10") int batchShare) {

			/**
			 * Check what was set.
			 * @throws IllegalArgumentException if a value cannot be meant
			 */
			public Queue {
				Assert.isTrue(capacity >= 0, "'elevenlabs.limiter.queue.capacity' must not be negative");
				Assert.isTrue(!maxWait.isNegative(), "'elevenlabs.limiter.queue.max-wait' must not be negative");
				Assert.isTrue(!ageing.isNegative(), "'elevenlabs.limiter.queue.ageing' must not be negative");
				Assert.isTrue(normalShare >= 0, "'elevenlabs.limiter.queue.normal-share' must not be negative");
				Assert.isTrue(batchShare >= 0, "'elevenlabs.limiter.queue.batch-share' must not be negative");
				Assert.isTrue((long) normalShare + batchShare < 100,
						"'elevenlabs.limiter.queue.normal-share' and 'batch-share' must leave something for"
								+ " interactive calls");
			}

		}

		/**
		 * Cap on how many calls begin in a span of time, in each group by itself.
		 *
		 * @param algorithm how it is counted, none unless set
		 * @param calls capacity of the bucket, or size of the window
		 * @param period time in which an empty bucket is full again, or length of the
		 * window
		 */
		public record Rate(LimiterSettings.Rate.@Nullable Algorithm algorithm, @DefaultValue("10") int calls,
				@DefaultValue("1s") Duration period) {

			/**
			 * Check what was set.
			 * @throws IllegalArgumentException if a value cannot be meant
			 */
			public Rate {
				Assert.isTrue(calls > 0 && calls <= LimiterSettings.Rate.MOST_CALLS,
						() -> "'elevenlabs.limiter.rate.calls' must be from 1 to " + LimiterSettings.Rate.MOST_CALLS);
				Assert.isTrue(
						period.compareTo(Duration.ZERO) > 0
								&& period.compareTo(LimiterSettings.Rate.LONGEST_PERIOD) <= 0,
						"'elevenlabs.limiter.rate.period' must be positive, a day at the most");
			}

			LimiterSettings.@Nullable Rate toRate() {
				return (this.algorithm != null) ? new LimiterSettings.Rate(this.algorithm, this.calls, this.period)
						: null;
			}

		}

	}

}
