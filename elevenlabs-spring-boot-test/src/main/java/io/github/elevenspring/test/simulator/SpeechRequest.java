package io.github.elevenspring.test.simulator;

import org.jspecify.annotations.Nullable;

/**
 * The body of a text-to-speech request. Fields that change nothing here are checked and
 * forgotten.
 *
 * @param text what to say
 * @param modelId the model
 * @param settings how to say it
 * @param seed the take
 * @param context whether the text before or after is given, as text or by ids
 * @param languageNormalization whether the language's own normalization is wanted
 */
record SpeechRequest(String text, String modelId, Settings settings, long seed, boolean context,
		boolean languageNormalization) {

	private static final long LARGEST_SEED = 4_294_967_295L;

	private static final int MOST_IDS = 3;

	/**
	 * Read a body.
	 * @param body the bytes
	 * @return the request
	 * @throws ApiException with status 422 and all that is wrong with the body
	 */
	static SpeechRequest parse(byte[] body) {
		BodySchema schema = BodySchema.parse(body);
		String text = schema.requiredText("text");
		String modelId = schema.text("model_id");
		schema.text("language_code");
		Settings settings = Settings.read(schema.object("voice_settings"));
		schema.list("pronunciation_dictionary_locators", MOST_IDS);
		Long seed = schema.integer("seed", 0, LARGEST_SEED);
		boolean context = schema.text("previous_text") != null;
		context |= schema.text("next_text") != null;
		context |= schema.list("previous_request_ids", MOST_IDS) > 0;
		context |= schema.list("next_request_ids", MOST_IDS) > 0;
		schema.oneOf("apply_text_normalization", "auto", "on", "off");
		boolean languageNormalization = schema.flag("apply_language_text_normalization");
		schema.flag("use_pvc_as_ivc");
		schema.check();
		return new SpeechRequest(text, (modelId != null) ? modelId : ModelCatalog.DEFAULT, settings,
				(seed != null) ? seed : 0, context, languageNormalization);
	}

	int codePoints() {
		return this.text.codePointCount(0, this.text.length());
	}

	/**
	 * The voice settings of one request.
	 *
	 * @param stability 0 to 1
	 * @param similarityBoost 0 to 1
	 * @param style 0 to 1
	 * @param speed 0.7 to 1.2
	 */
	record Settings(double stability, double similarityBoost, double style, double speed) {

		private static final Settings DEFAULT = new Settings(0.5, 0.75, 0, 1);

		private static Settings read(@Nullable BodySchema schema) {
			if (schema == null) {
				return DEFAULT;
			}
			schema.flag("use_speaker_boost");
			return new Settings(or(schema.number("stability"), DEFAULT.stability),
					or(schema.number("similarity_boost"), DEFAULT.similarityBoost),
					or(schema.number("style"), DEFAULT.style), or(schema.number("speed"), DEFAULT.speed));
		}

		private static double or(@Nullable Double value, double otherwise) {
			return (value != null) ? value : otherwise;
		}

	}

}
