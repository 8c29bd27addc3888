package io.github.elevenspring.model.speech;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Names a pronunciation dictionary of the account.
 *
 * @param dictionaryId id of the dictionary
 * @param versionId version to use, or {@code null} for the newest
 * @since 0.1.0
 */
public record PronunciationDictionary(String dictionaryId, @Nullable String versionId) {

	/**
	 * Create a reference.
	 * @throws IllegalArgumentException if the id is empty
	 */
	public PronunciationDictionary {
		Assert.hasText(dictionaryId, "'dictionaryId' must not be empty");
	}

}
