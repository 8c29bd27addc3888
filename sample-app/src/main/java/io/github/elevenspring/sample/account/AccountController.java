package io.github.elevenspring.sample.account;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.github.elevenspring.model.account.Subscription;
import io.github.elevenspring.model.catalog.Model;
import io.github.elevenspring.model.voice.Voice;
import io.github.elevenspring.model.voice.VoiceQuery;
import io.github.elevenspring.template.ElevenLabsOperations;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Voices, models and the plan, cut down to what a page shows.
 */
@RestController
@RequestMapping("/api")
class AccountController {

	private static final int MOST_VOICES = 500;

	private final ElevenLabsOperations elevenLabs;

	AccountController(ElevenLabsOperations elevenLabs) {
		this.elevenLabs = elevenLabs;
	}

	/**
	 * List voices.
	 * @param search words to find in name, description, labels or category
	 * @return the first {@value #MOST_VOICES} that match
	 */
	@GetMapping("/voices")
	Flux<VoiceView> voices(@RequestParam(required = false) @Nullable String search) {
		VoiceQuery query = StringUtils.hasText(search) ? VoiceQuery.all().search(search.trim()) : VoiceQuery.all();
		return this.elevenLabs.voices().list(query).take(MOST_VOICES).map(VoiceView::of);
	}

	/**
	 * List the models that speak.
	 * @return the models
	 */
	@GetMapping("/models")
	Flux<ModelView> models() {
		return this.elevenLabs.models()
			.list()
			.filter((model) -> Boolean.TRUE.equals(model.canDoTextToSpeech()))
			.map(ModelView::of);
	}

	/**
	 * Tell the plan and how much of it is used.
	 * @return the plan
	 */
	@GetMapping("/subscription")
	Mono<SubscriptionView> subscription() {
		return this.elevenLabs.account().subscription().map(SubscriptionView::of);
	}

	/**
	 * A voice to pick.
	 *
	 * @param id what requests name
	 * @param name what people call it
	 * @param category where it comes from
	 * @param description what it sounds like
	 * @param labels accent, gender and the like
	 * @param previewUrl address of a sample
	 */
	record VoiceView(String id, String name, @Nullable String category, @Nullable String description,
			Map<String, String> labels, @Nullable String previewUrl) {

		static VoiceView of(Voice voice) {
			return new VoiceView(voice.voiceId(), voice.name(), voice.category(), voice.description(), voice.labels(),
					voice.previewUrl());
		}

	}

	/**
	 * A model to pick.
	 *
	 * @param id what requests name
	 * @param name what people call it
	 * @param description what it is good for
	 * @param maxCharacters longest text in Unicode code points
	 * @param creditsPerCharacter what a character costs
	 * @param usesStyle whether the style setting has an effect
	 * @param languages codes of what it speaks
	 */
	record ModelView(String id, @Nullable String name, @Nullable String description, @Nullable Integer maxCharacters,
			@Nullable Double creditsPerCharacter, boolean usesStyle, List<String> languages) {

		static ModelView of(Model model) {
			Model.Rates rates = model.modelRates();
			return new ModelView(model.modelId(), model.name(), model.description(),
					model.maximumTextLengthPerRequest(), (rates != null) ? rates.characterCostMultiplier() : null,
					Boolean.TRUE.equals(model.canUseStyle()),
					model.languages().stream().map(Model.Language::languageId).toList());
		}

	}

	/**
	 * The plan and how much of it is used.
	 *
	 * @param plan name of the plan
	 * @param status state of the payment
	 * @param usedCredits credits used in this period
	 * @param totalCredits credits of this period
	 * @param remainingCredits credits left
	 * @param nextReset when the count starts again
	 */
	record SubscriptionView(String plan, @Nullable String status, long usedCredits, long totalCredits,
			long remainingCredits, @Nullable Instant nextReset) {

		static SubscriptionView of(Subscription subscription) {
			return new SubscriptionView(subscription.tier(), subscription.status(), subscription.characterCount(),
					subscription.characterLimit(), subscription.remainingCredits(), subscription.nextReset());
		}

	}

}
