package io.github.elevenspring.fallback;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

import io.github.elevenspring.model.Degradation.Kind;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Counts fallbacks that spoke: {@code elevenlabs.fallbacks} with the tag {@code kind},
 * from zero on for each kind of the chain. Thread-safe.
 *
 * @since 0.1.0
 */
public final class FallbackMetrics implements MeterBinder {

	private final Map<Kind, LongAdder> counts = new EnumMap<>(Kind.class);

	/**
	 * Create a binder.
	 * @param chain the kinds that may speak; others are not counted
	 */
	public FallbackMetrics(Collection<Kind> chain) {
		chain.forEach((kind) -> this.counts.put(kind, new LongAdder()));
	}

	/**
	 * Count a fallback.
	 * @param event tells which one spoke
	 */
	public void count(SpeechDegradedEvent event) {
		LongAdder count = this.counts.get(event.degradation().kind());
		if (count != null) {
			count.increment();
		}
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.counts.forEach((kind, count) -> FunctionCounter.builder("elevenlabs.fallbacks", count, LongAdder::sum)
			.description("Calls that something else answered than was asked for")
			.tag("kind", kind.id())
			.register(registry));
	}

}
