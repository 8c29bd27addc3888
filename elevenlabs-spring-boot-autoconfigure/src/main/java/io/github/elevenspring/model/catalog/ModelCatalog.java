package io.github.elevenspring.model.catalog;

import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * What is known about models without asking: a table of the current ones, corrected by
 * whatever {@code GET /v1/models} says. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ModelCatalog {

	/**
	 * Model that speaks when none is named (API reference of text to speech, 2026).
	 */
	public static final String DEFAULT_MODEL = "eleven_multilingual_v2";

	/**
	 * Longest texts in code points (ElevenLabs models page, September 2026).
	 */
	private static final Map<String, Integer> LONGEST_TEXTS = Map.ofEntries(Map.entry("eleven_v4", 10_000),
			Map.entry("eleven_v4_turbo", 10_000), Map.entry("eleven_v3", 5_000),
			Map.entry("eleven_v3_conversational", 5_000), Map.entry(DEFAULT_MODEL, 10_000),
			Map.entry("eleven_flash_v2_5", 40_000), Map.entry("eleven_flash_v2", 30_000),
			Map.entry("eleven_turbo_v2_5", 40_000), Map.entry("eleven_turbo_v2", 30_000));

	private final Map<String, Integer> longestTexts = new ConcurrentHashMap<>(LONGEST_TEXTS);

	private final Map<String, String> concurrencyGroups = new ConcurrentHashMap<>();

	private final Set<String> known = ConcurrentHashMap.newKeySet();

	/**
	 * Create a catalog that knows the current models.
	 */
	public ModelCatalog() {
		this.known.addAll(LONGEST_TEXTS.keySet());
	}

	/**
	 * Take over what the service says about a model.
	 * @param model the model as listed
	 */
	public void learn(Model model) {
		if (model.modelId() == null) {
			return;
		}
		this.known.add(model.modelId());
		Integer longest = model.maximumTextLengthPerRequest();
		if (longest != null && longest > 0) {
			this.longestTexts.put(model.modelId(), longest);
		}
		String group = model.concurrencyGroup();
		if (group != null) {
			this.concurrencyGroups.put(model.modelId(), group);
		}
	}

	/**
	 * Return the longest text a model takes.
	 * @param modelId id of the model, or {@code null} for the vendor's default
	 * @return the limit in code points, or empty if the model is not known
	 */
	public OptionalInt longestText(@Nullable String modelId) {
		Integer longest = this.longestTexts.get((modelId != null) ? modelId : DEFAULT_MODEL);
		return (longest != null) ? OptionalInt.of(longest) : OptionalInt.empty();
	}

	/**
	 * Return which models share a limit of requests in flight with this one.
	 * @param modelId id of the model
	 * @return the service's name of the group, or {@code null} if it has not said so
	 */
	public @Nullable String concurrencyGroup(String modelId) {
		return this.concurrencyGroups.get(modelId);
	}

	/**
	 * Return whether a model is known, and so fit to be a tag of a meter.
	 * @param modelId id of the model
	 * @return whether it is in the table or was listed by the service
	 */
	public boolean isKnown(String modelId) {
		return this.known.contains(modelId);
	}

}
