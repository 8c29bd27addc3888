package io.github.elevenspring.model.voice;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A voice of the account.
 *
 * @param voiceId what requests name
 * @param name what people call it
 * @param category where it comes from, such as {@code premade} or {@code cloned}
 * @param description what it sounds like
 * @param labels free keys such as {@code accent} or {@code gender}
 * @param previewUrl address of a sample
 * @param settings how it speaks unless a request says otherwise
 * @param highQualityBaseModelIds models the voice was tuned for
 * @param availableForTiers plans that may use it, empty if all may
 * @param isOwner whether the account owns the voice
 * @param createdAtUnix when it was made, in seconds since 1970
 * @since 0.1.0
 */
public record Voice(String voiceId, String name, @Nullable String category, @Nullable String description,
		Map<String, String> labels, @Nullable String previewUrl, @Nullable VoiceSettings settings,
		List<String> highQualityBaseModelIds, List<String> availableForTiers, @Nullable Boolean isOwner,
		@Nullable Long createdAtUnix) {

	/**
	 * Create a voice. Lists and maps that the service left out are empty.
	 */
	public Voice {
		labels = (labels != null) ? Collections.unmodifiableMap(new LinkedHashMap<>(labels)) : Map.of();
		highQualityBaseModelIds = (highQualityBaseModelIds != null) ? List.copyOf(highQualityBaseModelIds) : List.of();
		availableForTiers = (availableForTiers != null) ? List.copyOf(availableForTiers) : List.of();
	}

}
