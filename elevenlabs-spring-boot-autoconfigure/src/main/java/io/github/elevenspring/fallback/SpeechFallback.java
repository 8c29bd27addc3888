package io.github.elevenspring.fallback;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.speech.SpeechRequest;
import reactor.core.publisher.Mono;

/**
 * Another engine that speaks when ElevenLabs does not: a local one, or another vendor's.
 * Beans of this type are asked in their order where {@code elevenlabs.fallback.chain}
 * names {@code engine}.
 * <p>
 * <b>Threads:</b> the method is called, its result and the audio are subscribed to, and
 * more is requested, on threads of {@code Schedulers.boundedElastic()}, several at once.
 * An engine may block there.
 * <p>
 * <b>Cancellation:</b> a caller who leaves, and a deadline that is over, cancel the
 * subscription; a thread that blocks for it is interrupted.
 * <p>
 * <b>Errors:</b> whatever fails before the first byte, be it thrown or signalled, leads
 * to the next step of the chain. An error after it ends the call with an
 * {@link ElevenLabsException}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface SpeechFallback {

	/**
	 * Speak in place of ElevenLabs. A caller of {@code stream(request)} sees nothing but
	 * bytes, so answer in the format of the request where the engine can.
	 * @param request what to say, with the configured defaults filled in
	 * @param error why ElevenLabs does not say it
	 * @return the speech; empty, as speech without a byte, to leave it to the next step
	 */
	Mono<FallbackSpeech> speak(SpeechRequest request, ElevenLabsException error);

}
