package io.github.elevenspring.model.speech;

import io.github.elevenspring.model.Delivery;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.ReplyMetadata;

/**
 * Speech as a whole. The array is handed over, not copied: whoever holds the result owns
 * it.
 *
 * @param audio the audio in the asked format
 * @param format the format of the audio, which is the one that was asked for unless a
 * fallback spoke
 * @param metadata what ElevenLabs said about the reply
 * @param delivery what it took to get the reply, and whether it is what was asked for
 * @since 0.1.0
 */
public record Speech(byte[] audio, OutputFormat format, ReplyMetadata metadata, Delivery delivery) {

	/**
	 * Create speech that is what was asked for.
	 * @param audio the audio
	 * @param format the format of the audio
	 * @param metadata what ElevenLabs said about the reply
	 */
	public Speech(byte[] audio, OutputFormat format, ReplyMetadata metadata) {
		this(audio, format, metadata, Delivery.DIRECT);
	}

	@Override
	public String toString() {
		return "Speech[audio=" + this.audio.length + " bytes, format=" + this.format + ", metadata=" + this.metadata
				+ ", delivery=" + this.delivery + "]";
	}

}
