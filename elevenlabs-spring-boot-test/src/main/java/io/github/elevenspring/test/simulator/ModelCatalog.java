package io.github.elevenspring.test.simulator;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The models that the simulator lists and speaks with.
 */
final class ModelCatalog {

	static final String STANDARD = "standard";

	static final String TURBO = "turbo";

	static final String V4 = "standard_eleven_v4";

	static final String DEFAULT = "eleven_multilingual_v2";

	private static final List<String> ENGLISH = List.of("en");

	private static final List<String> LANGUAGES_29 = List.of("en", "ja", "zh", "de", "hi", "fr", "ko", "pt", "it", "es",
			"id", "nl", "tr", "fil", "pl", "sv", "bg", "ro", "ar", "cs", "el", "fi", "hr", "ms", "sk", "da", "ta", "uk",
			"ru");

	private static final List<String> LANGUAGES_32 = with(LANGUAGES_29, "hu", "no", "vi");

	private static final List<String> LANGUAGES_70 = with(LANGUAGES_32, "af", "hy", "as", "az", "be", "bn", "bs", "ca",
			"ceb", "ny", "et", "gl", "ka", "gu", "ha", "he", "is", "ga", "jv", "kn", "kk", "ky", "lv", "ln", "lt", "lb",
			"mk", "ml", "mr", "ne", "ps", "fa", "pa", "sr", "sd", "sl", "so", "sw", "te", "th", "ur", "cy");

	// ElevenLabs docs, models page, 2026-06 and 2026-10; lengths, costs and groups as
	// /v1/models answered in 2026-09
	private static final List<Model> MODELS = List.of(
			speech("eleven_v4", "Eleven v4", "Most expressive speech", 10_000, 1, V4, 1352, LANGUAGES_70),
			speech("eleven_v4_turbo", "Eleven v4 Turbo", "Expressive speech in real time", 10_000, 0.5, V4, 100,
					LANGUAGES_70),
			speech("eleven_v3", "Eleven v3", "Expressive speech with audio tags", 5_000, 1, STANDARD, 447,
					LANGUAGES_70),
			speech("eleven_v3_conversational", "Eleven v3 Conversational", "Dialogue in real time", 5_000, 0.5,
					STANDARD, 280, LANGUAGES_70),
			speech(DEFAULT, "Eleven Multilingual v2", "Lifelike speech in 29 languages", 10_000, 1, STANDARD, 400,
					LANGUAGES_29),
			speech("eleven_flash_v2_5", "Eleven Flash v2.5", "Lowest latency in 32 languages", 40_000, 0.5, TURBO, 75,
					LANGUAGES_32),
			speech("eleven_flash_v2", "Eleven Flash v2", "Lowest latency in English", 30_000, 0.5, TURBO, 75, ENGLISH),
			speech("eleven_turbo_v2_5", "Eleven Turbo v2.5", "Low latency, deprecated", 40_000, 0.5, TURBO, 275,
					LANGUAGES_32),
			speech("eleven_turbo_v2", "Eleven Turbo v2", "Low latency in English, deprecated", 30_000, 0.5, TURBO, 275,
					ENGLISH),
			new Model("eleven_multilingual_sts_v2", "Eleven Multilingual v2 (speech to speech)",
					"Changes the voice of a recording", false, 10_000, 1, STANDARD, 500, LANGUAGES_29),
			new Model("eleven_english_sts_v2", "Eleven English v2 (speech to speech)",
					"Changes the voice of an English recording", false, 5_000, 1, STANDARD, 500, ENGLISH));

	private ModelCatalog() {
	}

	static List<Model> all() {
		return MODELS;
	}

	static Optional<Model> find(String id) {
		return MODELS.stream().filter((model) -> model.id().equals(id)).findFirst();
	}

	private static Model speech(String id, String name, String description, int maximumLength, double cost,
			String group, long latencyMillis, List<String> languages) {
		return new Model(id, name, description, true, maximumLength, cost, group, latencyMillis, languages);
	}

	private static List<String> with(List<String> languages, String... more) {
		return Stream.concat(languages.stream(), Stream.of(more)).toList();
	}

}
