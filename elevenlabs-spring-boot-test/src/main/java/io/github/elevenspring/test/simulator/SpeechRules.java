package io.github.elevenspring.test.simulator;

import io.github.elevenspring.test.simulator.SpeechRequest.Settings;
import io.github.elevenspring.test.simulator.speech.OutputFormat;

/**
 * What a well-formed speech request may still be refused for.
 */
final class SpeechRules {

	// ElevenLabs docs, errors page, 2026-09, and live captures of 2026-09-24 to
	// 2026-09-30

	private static final double SLOWEST = 0.7;

	private static final double FASTEST = 1.2;

	private static final int HIGH_RATE = 44_100;

	private static final int HIGH_KILOBITS = 192;

	private SpeechRules() {
	}

	static Model model(SpeechRequest request) {
		Model model = ModelCatalog.find(request.modelId())
			.orElseThrow(() -> new ApiException(ApiError.legacy(400, "model_not_found",
					"A model with model ID %s does not exist.".formatted(request.modelId()))));
		if (!model.speaks()) {
			throw unsupported("The model %s cannot turn text into speech.".formatted(model.id()), "model_id");
		}
		return model;
	}

	static void check(SpeechRequest request, Model model) {
		checkText(request, model);
		checkSettings(request.settings(), model);
		if (model.isV3() && request.context()) {
			throw unsupported("Providing previous or next text is not supported by %s.".formatted(model.id()),
					"previous_text");
		}
		if (model.isV4() && request.languageNormalization()) {
			throw unsupported("Language text normalization is not supported by %s.".formatted(model.id()),
					"apply_language_text_normalization");
		}
	}

	static OutputFormat format(String name, SimulatorPlan plan) {
		OutputFormat format = OutputFormat.parse(name)
			.orElseThrow(() -> wrongFormat("The output format %s is not available.".formatted(name)));
		SimulatorPlan needed = switch (format.codec()) {
			case MP3 -> (format.kilobits() == HIGH_KILOBITS) ? SimulatorPlan.CREATOR : SimulatorPlan.FREE;
			case PCM, WAV -> (format.sampleRate() >= HIGH_RATE) ? SimulatorPlan.PRO : SimulatorPlan.FREE;
			case ULAW, ALAW -> SimulatorPlan.FREE;
		};
		if (plan.compareTo(needed) < 0) {
			throw wrongFormat("The output format %s needs the plan %s or above.".formatted(name, needed));
		}
		return format;
	}

	private static void checkText(SpeechRequest request, Model model) {
		boolean refusesBlank = model.isV3() || model.isV4();
		if (request.text().isEmpty() || (refusesBlank && request.text().isBlank())) {
			throw new ApiException(
					ApiError.invalid("empty_text", "input_text_empty", "The text must not be empty.", "text"));
		}
		if (request.codePoints() > model.cutOff()) {
			throw new ApiException(ApiError.invalid("text_too_long", "max_character_limit_exceeded",
					("The text has %d characters, but %s takes at most %d per request.").formatted(request.codePoints(),
							model.id(), model.maximumLength()),
					"text"));
		}
	}

	private static void checkSettings(Settings settings, Model model) {
		checkRange("stability", settings.stability(), 0, 1);
		checkRange("similarity_boost", settings.similarityBoost(), 0, 1);
		if (!model.isV4()) {
			checkRange("style", settings.style(), 0, 1);
		}
		if (!model.isV3() && !model.isV4()) {
			checkRange("speed", settings.speed(), SLOWEST, FASTEST);
		}
	}

	private static void checkRange(String name, double value, double least, double most) {
		if (!(value >= least && value <= most)) {
			throw new ApiException(ApiError.invalid("invalid_voice_settings", "invalid_voice_settings",
					"Invalid setting for %s received, expected to be between %s and %s, received %s.".formatted(name,
							least, most, value),
					"voice_settings." + name));
		}
	}

	private static ApiException unsupported(String message, String param) {
		return new ApiException(ApiError.invalid("unsupported_model", "unsupported_model", message, param));
	}

	private static ApiException wrongFormat(String message) {
		return new ApiException(
				ApiError.of(403, "authorization_error", "invalid_output_format", "invalid_output_format", message));
	}

}
