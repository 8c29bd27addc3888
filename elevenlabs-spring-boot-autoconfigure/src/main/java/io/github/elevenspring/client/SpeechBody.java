package io.github.elevenspring.client;

import java.util.List;
import java.util.Locale;

import io.github.elevenspring.model.speech.PronunciationDictionary;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.TextNormalization;
import io.github.elevenspring.model.voice.VoiceSettings;
import org.jspecify.annotations.Nullable;

/**
 * The JSON body of the text to speech endpoints (API reference, 2026).
 */
record SpeechBody(String text, @Nullable String modelId, @Nullable String languageCode,
		@Nullable VoiceSettings voiceSettings, @Nullable List<DictionaryLocator> pronunciationDictionaryLocators,
		@Nullable Long seed, @Nullable String previousText, @Nullable String nextText,
		@Nullable List<String> previousRequestIds, @Nullable List<String> nextRequestIds,
		@Nullable String applyTextNormalization, @Nullable Boolean applyLanguageTextNormalization,
		@Nullable Boolean usePvcAsIvc) {

	static SpeechBody of(SpeechRequest request) {
		TextNormalization normalization = request.textNormalization();
		return new SpeechBody(request.text(), request.modelId(), request.languageCode(), request.voiceSettings(),
				locators(request.pronunciationDictionaries()), request.seed(), request.previousText(),
				request.nextText(), orNull(request.previousRequestIds()), orNull(request.nextRequestIds()),
				(normalization != null) ? normalization.name().toLowerCase(Locale.ROOT) : null,
				request.languageTextNormalization(), request.usePvcAsIvc());
	}

	@Override
	public String toString() {
		return "SpeechBody[model=" + this.modelId + "]";
	}

	private static @Nullable List<DictionaryLocator> locators(List<PronunciationDictionary> dictionaries) {
		return dictionaries.isEmpty() ? null : dictionaries.stream().map(DictionaryLocator::of).toList();
	}

	private static <T> @Nullable List<T> orNull(List<T> list) {
		return list.isEmpty() ? null : list;
	}

	record DictionaryLocator(String pronunciationDictionaryId, @Nullable String versionId) {

		static DictionaryLocator of(PronunciationDictionary dictionary) {
			return new DictionaryLocator(dictionary.dictionaryId(), dictionary.versionId());
		}

	}

}
