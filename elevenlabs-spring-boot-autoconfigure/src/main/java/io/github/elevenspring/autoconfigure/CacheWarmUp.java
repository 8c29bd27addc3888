package io.github.elevenspring.autoconfigure;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.SpeechOperations;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/**
 * Speaks phrases once the application is ready, with the lowest priority and without
 * holding anything up, so that they are kept when somebody wants to hear them.
 */
final class CacheWarmUp {

	private static final Log logger = LogFactory.getLog(CacheWarmUp.class);

	private static final int AT_ONCE = 2;

	/**
	 * What a fallback says is not what is asked for later, and may cost credits all the
	 * same.
	 */
	private static final CallOptions OPTIONS = CallOptions.defaults()
		.withPriority(Priority.BATCH)
		.withFallbackAllowed(false);

	private final SpeechOperations speech;

	private final List<ElevenLabsCacheProperties.Phrase> phrases;

	private final Disposable.Swap running = Disposables.swap();

	CacheWarmUp(SpeechOperations speech, List<ElevenLabsCacheProperties.Phrase> phrases) {
		this.speech = speech;
		this.phrases = phrases;
	}

	@EventListener(ApplicationReadyEvent.class)
	void start() {
		if (!this.phrases.isEmpty()) {
			this.running.replace(speakAll().subscribe());
		}
	}

	/**
	 * Leaves before the queue is shut, which otherwise would wait for these calls.
	 */
	@EventListener(ContextClosedEvent.class)
	void stop() {
		this.running.dispose();
	}

	private Mono<Void> speakAll() {
		return Mono.defer(() -> {
			AtomicInteger failed = new AtomicInteger();
			return Flux.fromIterable(this.phrases).flatMap((phrase) -> speak(phrase).onErrorResume((error) -> {
				if (failed.getAndIncrement() == 0) {
					logger.warn("A phrase could not be spoken ahead: " + describe(error));
				}
				return Mono.empty();
			}), AT_ONCE)
				.then(Mono.fromRunnable(() -> logger
					.info("Phrases spoken ahead: " + (this.phrases.size() - failed.get()) + ", failed: " + failed)));
		});
	}

	private Mono<Void> speak(ElevenLabsCacheProperties.Phrase phrase) {
		return Mono.defer(
				() -> this.speech
					.stream(SpeechRequest.builder(phrase.text())
						.voiceId(phrase.voiceId())
						.modelId(phrase.modelId())
						.outputFormat(phrase.outputFormat())
						.options(OPTIONS)
						.build())
					.then());
	}

	private static @Nullable String describe(Throwable error) {
		return (error instanceof ElevenLabsException) ? error.getMessage() : error.toString();
	}

}
