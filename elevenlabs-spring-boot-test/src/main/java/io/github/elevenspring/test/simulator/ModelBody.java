package io.github.elevenspring.test.simulator;

import java.util.List;
import java.util.Locale;

/**
 * A model as the API shows it.
 */
record ModelBody(String modelId, String name, boolean canBeFinetuned, boolean canDoTextToSpeech,
		boolean canDoVoiceConversion, boolean canUseStyle, boolean canUseSpeakerBoost, boolean servesProVoices,
		double tokenCostFactor, String description, boolean requiresAlphaAccess, int maxCharactersRequestFreeUser,
		int maxCharactersRequestSubscribedUser, int maximumTextLengthPerRequest, List<Language> languages,
		Rates modelRates, String concurrencyGroup) {

	static ModelBody of(Model model) {
		boolean styled = model.id().contains("multilingual_v2");
		return new ModelBody(model.id(), model.name(), styled, model.speaks(), !model.speaks(), styled, styled, false,
				model.costMultiplier(), model.description(), false, model.maximumLength(), model.maximumLength(),
				model.maximumLength(), model.languages().stream().map(Language::of).toList(),
				new Rates(model.costMultiplier()), model.concurrencyGroup());
	}

	/**
	 * A language that a model speaks.
	 */
	record Language(String languageId, String name) {

		private static Language of(String code) {
			return new Language(code, Locale.forLanguageTag(code).getDisplayLanguage(Locale.ENGLISH));
		}

	}

	/**
	 * What a model costs.
	 */
	record Rates(double characterCostMultiplier) {

	}

}
