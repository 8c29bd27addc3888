package io.github.elevenspring.template;

import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;

/**
 * What speech requests leave open.
 *
 * @param voiceId voice that speaks, or {@code null} if each request must name one
 * @param modelId model that speaks
 * @param outputFormat format of the audio
 * @since 0.1.0
 */
public record SpeechDefaults(@Nullable String voiceId, String modelId, OutputFormat outputFormat) {

	/**
	 * Fill in what a request leaves open, so that all stages of the call see what is
	 * really asked for.
	 * @param request the request of the user
	 * @return the request with voice, model and format
	 */
	public SpeechRequest applyTo(SpeechRequest request) {
		return request.mutate()
			.voiceId((request.voiceId() != null) ? request.voiceId() : this.voiceId)
			.modelId((request.modelId() != null) ? request.modelId() : this.modelId)
			.outputFormat(formatOf(request))
			.build();
	}

	OutputFormat formatOf(SpeechRequest request) {
		OutputFormat format = request.outputFormat();
		return (format != null) ? format : this.outputFormat;
	}

}
