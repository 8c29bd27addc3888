package io.github.elevenspring.template;

import io.github.elevenspring.model.voice.Voice;
import io.github.elevenspring.model.voice.VoiceQuery;
import io.github.elevenspring.model.voice.VoiceSettings;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The voices of the account. Free of charge.
 * <p>
 * Nothing happens before subscription. All results fail with an
 * {@link io.github.elevenspring.error.ElevenLabsException}; cancelling ends the request.
 * Implementations are thread-safe.
 *
 * @since 0.1.0
 */
public interface VoiceOperations {

	/**
	 * List voices. Fetches page after page as the subscriber asks for more, and stops
	 * fetching when it has enough.
	 * @param query which voices, and in which order
	 * @return the voices
	 */
	Flux<Voice> list(VoiceQuery query);

	/**
	 * Return one voice.
	 * @param voiceId id of the voice
	 * @return the voice; fails with kind
	 * {@link io.github.elevenspring.error.ErrorKind#NOT_FOUND} if there is none
	 */
	Mono<Voice> get(String voiceId);

	/**
	 * Return how a voice speaks unless a request says otherwise.
	 * @param voiceId id of the voice
	 * @return the stored settings
	 */
	Mono<VoiceSettings> settings(String voiceId);

	/**
	 * Return how voices without settings of their own speak.
	 * @return the vendor's defaults
	 */
	Mono<VoiceSettings> defaultSettings();

}
