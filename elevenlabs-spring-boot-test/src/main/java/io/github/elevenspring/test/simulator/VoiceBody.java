package io.github.elevenspring.test.simulator;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A voice as the API shows it.
 */
record VoiceBody(String voiceId, String name, @Nullable List<Object> samples, String category,
		Map<String, Object> fineTuning, Map<String, String> labels, String description, @Nullable String previewUrl,
		List<String> availableForTiers, Settings settings, @Nullable Object sharing,
		List<String> highQualityBaseModelIds, List<Object> verifiedLanguages, @Nullable Object voiceVerification,
		String permissionOnResource, boolean isOwner, boolean isLegacy, boolean isMixed, long createdAtUnix) {

	static VoiceBody of(SimulatedVoice voice) {
		Map<String, Object> fineTuning = Map.of("is_allowed_to_fine_tune", false, "state", Map.of(),
				"verification_failures", List.of(), "verification_attempts_count", 0, "manual_verification_requested",
				false);
		return new VoiceBody(voice.id(), voice.name(), null, voice.category(), fineTuning, voice.labels(),
				voice.description(), null, List.of(), Settings.DEFAULT, null, List.of(ModelCatalog.DEFAULT), List.of(),
				null, "admin", voice.isOwn(), false, false, voice.createdAt());
	}

	/**
	 * The stored settings of a voice.
	 */
	record Settings(double stability, double similarityBoost, double style, boolean useSpeakerBoost, double speed) {

		// ElevenLabs API reference, voice settings, 2026-07
		static final Settings DEFAULT = new Settings(0.5, 0.75, 0, true, 1);

	}

}
