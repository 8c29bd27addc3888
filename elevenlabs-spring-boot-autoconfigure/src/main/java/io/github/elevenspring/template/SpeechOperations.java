package io.github.elevenspring.template;

import java.util.function.Function;

import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.SpeechStream;
import io.github.elevenspring.model.speech.TimedSpeech;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Text to speech.
 * <p>
 * Nothing happens before subscription, and each subscription is a call of its own, billed
 * as such. All results fail with an
 * {@link io.github.elevenspring.error.ElevenLabsException}; cancelling ends the request
 * and frees all it held. Implementations are thread-safe.
 *
 * @since 0.1.0
 */
public interface SpeechOperations {

	/**
	 * Speak a text and return the audio as a whole. Suits short texts; the size is
	 * bounded by {@code elevenlabs.max-in-memory-size}.
	 * @param request what to say
	 * @return the speech, never a part of it
	 */
	Mono<Speech> convert(SpeechRequest request);

	/**
	 * Speak a text and return the audio while it is being made. Memory stays constant
	 * whatever the length. An error after the first bytes says how many there were. Where
	 * a fallback may speak in another format, use
	 * {@link #stream(SpeechRequest, Function)}, which tells the format.
	 * @param request what to say
	 * @return the audio in order
	 */
	Flux<byte[]> stream(SpeechRequest request);

	/**
	 * Speak a text and hand the reply, as soon as it begins, to a function: for callers
	 * who need its facts before the audio, such as a controller that sets headers. The
	 * request ends when the result of the function does, read or not.
	 * @param <T> type of the result
	 * @param request what to say
	 * @param reply makes the result out of the reply
	 * @return the result of the function
	 */
	<T> Flux<T> stream(SpeechRequest request, Function<SpeechStream, ? extends Publisher<T>> reply);

	/**
	 * Speak a text and return the audio as a whole with the time of each character.
	 * @param request what to say
	 * @return the speech, never a part of it
	 */
	Mono<TimedSpeech> convertWithTimestamps(SpeechRequest request);

	/**
	 * Speak a text and return audio and times while they are being made.
	 * @param request what to say
	 * @return the parts in order
	 */
	Flux<TimedSpeech> streamWithTimestamps(SpeechRequest request);

}
