package io.github.elevenspring.model.speech;

import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.ReplyMetadata;

/**
 * Speech as a whole. The array is handed over, not copied: whoever holds the result owns
 * it.
 *
 * @param audio the audio in the asked format
 * @param format the format that was asked for
 * @param metadata what ElevenLabs said about the reply
 * @since 0.1.0
 */
public record Speech(byte[] audio, OutputFormat format, ReplyMetadata metadata) {

	@Override
	public String toString() {
		return "Speech[audio=" + this.audio.length + " bytes, format=" + this.format + ", metadata=" + this.metadata
				+ "]";
	}

}
