package io.github.elevenspring.cache;

import java.util.List;
import java.util.Locale;

import io.github.elevenspring.model.CacheResult;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Counts look-ups by what the cache did: {@code elevenlabs.cache.requests} with the tag
 * {@code result}. A call that falls back may look up several times.
 *
 * @since 0.1.0
 */
public final class CacheMetrics implements MeterBinder {

	private static final List<CacheResult> RESULTS = List.of(CacheResult.HIT, CacheResult.MISS, CacheResult.SHARED,
			CacheResult.BYPASSED, CacheResult.UNAVAILABLE);

	private final SpeechCache cache;

	/**
	 * Create a binder.
	 * @param cache the cache
	 */
	public CacheMetrics(SpeechCache cache) {
		this.cache = cache;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		for (CacheResult result : RESULTS) {
			FunctionCounter.builder("elevenlabs.cache.requests", this.cache, (cache) -> cache.requests(result))
				.tag("result", result.name().toLowerCase(Locale.ROOT))
				.description("Look-ups for speech, by what the cache did; a call that falls back makes several")
				.register(registry);
		}
	}

}
