package io.github.elevenspring.model.speech;

import io.github.elevenspring.model.Delivery;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.ReplyMetadata;
import reactor.core.publisher.Flux;

/**
 * Speech while it is still being made: the facts of the reply, which are known before the
 * first byte, and the bytes.
 *
 * @param audio the audio in the asked format, to be subscribed to at most once; it fails
 * with an {@link io.github.elevenspring.error.ElevenLabsException} if it ends early, and
 * cancelling it ends the request
 * @param format the format of the audio, which is the one that was asked for unless a
 * fallback spoke
 * @param metadata what ElevenLabs said about the reply
 * @param delivery what it took to get the reply, and whether it is what was asked for
 * @since 0.1.0
 */
public record SpeechStream(Flux<byte[]> audio, OutputFormat format, ReplyMetadata metadata, Delivery delivery) {

	/**
	 * Create speech that is what was asked for.
	 * @param audio the audio
	 * @param format the format of the audio
	 * @param metadata what ElevenLabs said about the reply
	 */
	public SpeechStream(Flux<byte[]> audio, OutputFormat format, ReplyMetadata metadata) {
		this(audio, format, metadata, Delivery.DIRECT);
	}

}
