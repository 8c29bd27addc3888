package io.github.elevenspring.model;

import org.jspecify.annotations.Nullable;

/**
 * Something ElevenLabs can be asked. Implementations are immutable and keep the user's
 * text and audio out of {@code toString()}.
 *
 * @since 0.1.0
 */
public interface ElevenLabsRequest {

	/**
	 * Return who asks and how urgent it is.
	 * @return the options
	 */
	default CallOptions options() {
		return CallOptions.defaults();
	}

	/**
	 * Return the model that does the work.
	 * @return the model id, or {@code null} if no model is involved or none is named
	 */
	default @Nullable String modelId() {
		return null;
	}

}
