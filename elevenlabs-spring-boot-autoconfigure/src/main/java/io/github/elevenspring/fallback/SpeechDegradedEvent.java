package io.github.elevenspring.fallback;

import io.github.elevenspring.call.Operation;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.Degradation;
import org.jspecify.annotations.Nullable;

/**
 * A fallback spoke. Published as an application event right before the caller gets the
 * first byte, on the thread it comes on: listeners must not block. Holds neither text nor
 * tenant.
 *
 * @param operation what the call does
 * @param modelId model that was asked for
 * @param voiceId voice that was asked for
 * @param degradation what stands in for it
 * @param error what went wrong with what was asked for
 * @since 0.1.0
 */
public record SpeechDegradedEvent(Operation operation, @Nullable String modelId, @Nullable String voiceId,
		Degradation degradation, ElevenLabsException error) {

}
