package io.github.elevenspring.client;

import io.github.elevenspring.model.speech.Alignment;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value of the endpoints with timestamps (API reference, 2026).
 *
 * @param audioBase64 the audio
 * @param alignment times of the characters as written
 * @param normalizedAlignment times of the characters as read out
 * @since 0.1.0
 */
public record TimedValue(byte @Nullable [] audioBase64, @Nullable Alignment alignment,
		@Nullable Alignment normalizedAlignment) {

	@Override
	public String toString() {
		return "TimedValue[alignment=" + this.alignment + "]";
	}

}
