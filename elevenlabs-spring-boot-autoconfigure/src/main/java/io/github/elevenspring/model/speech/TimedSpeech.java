package io.github.elevenspring.model.speech;

import io.github.elevenspring.model.Delivery;
import io.github.elevenspring.model.ReplyMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Audio with the time of each character: the whole of it, or one part of a stream. The
 * array is handed over, not copied.
 *
 * @param audio the audio in the asked format
 * @param alignment times of the characters as they were written, or {@code null} if this
 * part has none
 * @param normalizedAlignment times of the characters as they were read out, numbers and
 * the like spelled out, or {@code null} if this part has none
 * @param metadata what ElevenLabs said about the reply
 * @param delivery what it took to get the reply, and whether it is what was asked for
 * @since 0.1.0
 */
public record TimedSpeech(byte[] audio, @Nullable Alignment alignment, @Nullable Alignment normalizedAlignment,
		ReplyMetadata metadata, Delivery delivery) {

	/**
	 * Create speech that is what was asked for.
	 * @param audio the audio
	 * @param alignment times of the characters as they were written
	 * @param normalizedAlignment times of the characters as they were read out
	 * @param metadata what ElevenLabs said about the reply
	 */
	public TimedSpeech(byte[] audio, @Nullable Alignment alignment, @Nullable Alignment normalizedAlignment,
			ReplyMetadata metadata) {
		this(audio, alignment, normalizedAlignment, metadata, Delivery.DIRECT);
	}

	@Override
	public String toString() {
		return "TimedSpeech[audio=" + this.audio.length + " bytes, alignment=" + this.alignment + ", metadata="
				+ this.metadata + ", delivery=" + this.delivery + "]";
	}

}
