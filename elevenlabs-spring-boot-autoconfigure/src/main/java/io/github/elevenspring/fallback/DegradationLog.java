package io.github.elevenspring.fallback;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import io.github.elevenspring.model.Degradation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of fallbacks, but not of each while an outage lasts.
 */
final class DegradationLog {

	private static final Logger logger = LoggerFactory.getLogger(FallbackStage.class);

	private static final long PAUSE = Duration.ofSeconds(10).toNanos();

	private final AtomicLong quietUntil;

	private final AtomicLong untold = new AtomicLong();

	DegradationLog(long now) {
		this.quietUntil = new AtomicLong(now);
	}

	void report(SpeechDegradedEvent event, long now) {
		long until = this.quietUntil.get();
		if (now - until < 0 || !this.quietUntil.compareAndSet(until, now + PAUSE)) {
			this.untold.incrementAndGet();
			return;
		}
		Degradation degradation = event.degradation();
		long others = this.untold.getAndSet(0);
		logger.atWarn()
			.addKeyValue("elevenlabs.operation", event.operation().id())
			.addKeyValue("elevenlabs.model", event.modelId())
			.addKeyValue("elevenlabs.degraded", degradation.kind().id())
			.addKeyValue("elevenlabs.substitute", degradation.substitute())
			.addKeyValue("elevenlabs.error_kind", degradation.cause())
			.log("{} degraded to {} because of {}{}", event.operation().id(), degradation.kind().id(),
					degradation.cause(), (others > 0) ? ", as were " + others + " calls since the last warning" : "");
	}

}
