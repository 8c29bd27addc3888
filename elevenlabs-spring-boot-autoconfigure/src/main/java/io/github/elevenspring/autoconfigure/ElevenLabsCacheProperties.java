package io.github.elevenspring.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.github.elevenspring.cache.CacheSettings;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.OutputFormat;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

/**
 * How answers to calls for speech are kept.
 *
 * @param enabled whether answers are kept, and equal calls in flight share one
 * @param maxSize most memory that answers take in the library's own cache, by default
 * 64MB and no more than a quarter of the heap
 * @param maxEntrySize largest answer that is kept, and most that is held back for callers
 * that share an answer and read at different speeds, by default 4MB and no more than a
 * max-size that is set
 * @param ttl how long an answer serves equal calls
 * @param staleTtl how long beyond that it is kept for calls that take an old one, by
 * default 6d if elevenlabs.fallback.chain names stale-cache, else not at all
 * @param timeout longest wait for a cache that does not answer from memory
 * @param cacheManager name of the bean whose cache "elevenlabs-speech" is used in place
 * of the library's own
 * @param redis second tier, shared by all instances
 * @param warmUp phrases that are spoken when the application is ready, which costs
 * credits for each that is not kept already
 * @since 0.1.0
 */
@ConfigurationProperties("elevenlabs.cache")
public record ElevenLabsCacheProperties(@DefaultValue("true") boolean enabled, @Nullable DataSize maxSize,
		@Nullable DataSize maxEntrySize, @DefaultValue("1d") Duration ttl, @Nullable Duration staleTtl,
		@DefaultValue("50ms") Duration timeout, @Nullable String cacheManager, @DefaultValue Redis redis,
		@DefaultValue List<Phrase> warmUp) {

	/**
	 * Name of the cache, wherever it is.
	 */
	static final String CACHE_NAME = "elevenlabs-speech";

	private static final DataSize DEFAULT_MAX_SIZE = DataSize.ofMegabytes(64);

	private static final DataSize DEFAULT_MAX_ENTRY_SIZE = DataSize.ofMegabytes(4);

	private static final Duration DEFAULT_STALE_TTL = Duration.ofDays(6);

	/**
	 * Check what was set.
	 * @throws IllegalArgumentException if a value cannot be meant
	 */
	public ElevenLabsCacheProperties {
		Assert.isTrue(maxSize == null || maxSize.toBytes() > 0, "'elevenlabs.cache.max-size' must be positive");
		Assert.isTrue(
				maxEntrySize == null || (maxEntrySize.toBytes() > 0 && maxEntrySize.toBytes() <= Integer.MAX_VALUE / 2),
				"'elevenlabs.cache.max-entry-size' must be positive and at most 1GB");
		Assert.isTrue(maxSize == null || maxEntrySize == null || maxEntrySize.compareTo(maxSize) <= 0,
				"'elevenlabs.cache.max-entry-size' must not be larger than 'elevenlabs.cache.max-size'");
		Assert.isTrue(ttl.compareTo(Duration.ZERO) > 0, "'elevenlabs.cache.ttl' must be positive");
		Assert.isTrue(staleTtl == null || !staleTtl.isNegative(), "'elevenlabs.cache.stale-ttl' must not be negative");
		Assert.isTrue(timeout.compareTo(Duration.ZERO) > 0, "'elevenlabs.cache.timeout' must be positive");
	}

	long maxBytes(long heap) {
		return (this.maxSize != null) ? this.maxSize.toBytes() : Math.min(DEFAULT_MAX_SIZE.toBytes(), heap / 4);
	}

	CacheSettings toSettings(ElevenLabsFallbackProperties fallback) {
		return new CacheSettings(this.ttl, staleTtl(fallback.chain()), maxEntryBytes());
	}

	private int maxEntryBytes() {
		if (this.maxEntrySize != null) {
			return (int) this.maxEntrySize.toBytes();
		}
		long bytes = DEFAULT_MAX_ENTRY_SIZE.toBytes();
		return (int) ((this.maxSize != null) ? Math.min(bytes, this.maxSize.toBytes()) : bytes);
	}

	private Duration staleTtl(List<Degradation.Kind> chain) {
		if (this.staleTtl != null) {
			return this.staleTtl;
		}
		return chain.contains(Degradation.Kind.STALE_CACHE) ? DEFAULT_STALE_TTL : Duration.ZERO;
	}

	/**
	 * Second tier, shared by all instances.
	 *
	 * @param enabled whether there is one
	 * @param keyPrefix what all keys in Redis begin with
	 */
	public record Redis(@DefaultValue("false") boolean enabled, @DefaultValue("elevenlabs:") String keyPrefix) {

	}

	/**
	 * Phrase that is spoken ahead.
	 *
	 * @param text what to say
	 * @param voiceId voice that speaks, the configured one if it is not set
	 * @param modelId model that speaks, the configured one if it is not set
	 * @param outputFormat format of the audio, the configured one if it is not set
	 */
	public record Phrase(String text, @Nullable String voiceId, @Nullable String modelId,
			@Nullable OutputFormat outputFormat) {

		/**
		 * Check what was set.
		 * @throws IllegalArgumentException if there is no text
		 */
		public Phrase {
			Assert.isTrue(StringUtils.hasText(text), "'elevenlabs.cache.warm-up[].text' must not be empty");
		}

	}

}
