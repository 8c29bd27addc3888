package io.github.elevenspring.model.speech;

import java.time.Duration;
import java.util.List;

import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.ElevenLabsRequest;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.voice.VoiceSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * Text to be spoken, and how. Immutable; the fluent methods return copies. Holds every
 * field of the text to speech endpoints (API reference, 2026). What depends on the model,
 * such as the length of the text, is checked when the call is made, not here.
 * <p>
 * {@code toString()} tells the length of the text, never the text.
 *
 * @param text what to say
 * @param voiceId voice that speaks, or {@code null} for the configured default
 * @param modelId model that speaks, or {@code null} for the configured default
 * @param outputFormat format of the audio, or {@code null} for the configured default
 * @param languageCode ISO 639-1 code that the text is read in; some models ignore it
 * @param voiceSettings how the voice speaks, in place of its stored settings
 * @param pronunciationDictionaries dictionaries to apply in this order, at most 3
 * @param seed 0 to 4294967295; equal requests with equal seeds sound alike, which is not
 * guaranteed
 * @param previousText what was said before, for a smooth start
 * @param nextText what will be said next, for a smooth end
 * @param previousRequestIds ids of the parts spoken before, at most 3
 * @param nextRequestIds ids of the parts spoken after, at most 3
 * @param textNormalization whether numbers and the like are spelled out
 * @param languageTextNormalization whether normalization follows the language, which is
 * slow and only for Japanese
 * @param usePvcAsIvc whether a professional voice is used as an instant one; deprecated
 * by the vendor
 * @param enableLogging whether the vendor stores the request; {@code false} asks for zero
 * retention, an enterprise feature
 * @param optimizeStreamingLatency 0 to 4, quality given up for latency; deprecated by the
 * vendor
 * @param options who asks and how urgent it is
 * @since 0.1.0
 */
public record SpeechRequest(String text, @Nullable String voiceId, @Nullable String modelId,
		@Nullable OutputFormat outputFormat, @Nullable String languageCode, @Nullable VoiceSettings voiceSettings,
		List<PronunciationDictionary> pronunciationDictionaries, @Nullable Long seed, @Nullable String previousText,
		@Nullable String nextText, List<String> previousRequestIds, List<String> nextRequestIds,
		@Nullable TextNormalization textNormalization, @Nullable Boolean languageTextNormalization,
		@Nullable Boolean usePvcAsIvc, @Nullable Boolean enableLogging, @Nullable Integer optimizeStreamingLatency,
		CallOptions options) implements ElevenLabsRequest {

	private static final int MAX_REFERENCES = 3;

	private static final long MAX_SEED = 4294967295L;

	/**
	 * Create a request.
	 * @throws IllegalArgumentException if a value is out of the range that holds for all
	 * models
	 */
	public SpeechRequest {
		Assert.notNull(text, "'text' must not be null");
		Assert.isTrue(seed == null || (seed >= 0 && seed <= MAX_SEED), "'seed' must be between 0 and 4294967295");
		Assert.isTrue(
				optimizeStreamingLatency == null || (optimizeStreamingLatency >= 0 && optimizeStreamingLatency <= 4),
				"'optimizeStreamingLatency' must be between 0 and 4");
		pronunciationDictionaries = atMostThree("pronunciationDictionaries", pronunciationDictionaries);
		previousRequestIds = atMostThree("previousRequestIds", previousRequestIds);
		nextRequestIds = atMostThree("nextRequestIds", nextRequestIds);
		Assert.notNull(options, "'options' must not be null");
	}

	/**
	 * Return a request for this text with the configured defaults.
	 * @param text what to say
	 * @return the request
	 */
	public static SpeechRequest of(String text) {
		return builder(text).build();
	}

	/**
	 * Return a builder for a request.
	 * @param text what to say
	 * @return a builder
	 */
	public static Builder builder(String text) {
		return new Builder(text);
	}

	/**
	 * Return a builder that starts from this request.
	 * @return a builder
	 */
	public Builder mutate() {
		return new Builder(this);
	}

	/**
	 * Return this request with another voice.
	 * @param voiceId voice that speaks
	 * @return a copy
	 */
	public SpeechRequest voice(String voiceId) {
		return mutate().voiceId(voiceId).build();
	}

	/**
	 * Return this request with another model.
	 * @param modelId model that speaks
	 * @return a copy
	 */
	public SpeechRequest model(String modelId) {
		return mutate().modelId(modelId).build();
	}

	/**
	 * Return this request with another format.
	 * @param outputFormat format of the audio
	 * @return a copy
	 */
	public SpeechRequest format(OutputFormat outputFormat) {
		return mutate().outputFormat(outputFormat).build();
	}

	/**
	 * Return this request with other settings of the voice.
	 * @param voiceSettings how the voice speaks
	 * @return a copy
	 */
	public SpeechRequest settings(VoiceSettings voiceSettings) {
		return mutate().voiceSettings(voiceSettings).build();
	}

	/**
	 * Return this request with another priority.
	 * @param priority how urgent it is
	 * @return a copy
	 */
	public SpeechRequest priority(Priority priority) {
		return mutate().options(this.options.withPriority(priority)).build();
	}

	/**
	 * Return this request with another tenant.
	 * @param tenant the party on whose behalf the call is made
	 * @return a copy
	 */
	public SpeechRequest tenant(String tenant) {
		return mutate().options(this.options.withTenant(tenant)).build();
	}

	/**
	 * Return this request with another deadline.
	 * @param deadline how long the whole call may take
	 * @return a copy
	 */
	public SpeechRequest deadline(Duration deadline) {
		return mutate().options(this.options.withDeadline(deadline)).build();
	}

	/**
	 * Return the length of the text in the unit ElevenLabs counts and bills.
	 * @return the number of Unicode code points
	 */
	public int codePoints() {
		return this.text.codePointCount(0, this.text.length());
	}

	@Override
	public String toString() {
		return "SpeechRequest[" + codePoints() + " characters, voice=" + this.voiceId + ", model=" + this.modelId
				+ ", format=" + this.outputFormat + ", options=" + this.options + "]";
	}

	private static <T> List<T> atMostThree(String name, List<T> references) {
		Assert.isTrue(references.size() <= MAX_REFERENCES, () -> "'" + name + "' must not hold more than 3 entries");
		return List.copyOf(references);
	}

	/**
	 * Builder of a {@link SpeechRequest}. Not thread-safe.
	 */
	public static final class Builder {

		private String text;

		private @Nullable String voiceId;

		private @Nullable String modelId;

		private @Nullable OutputFormat outputFormat;

		private @Nullable String languageCode;

		private @Nullable VoiceSettings voiceSettings;

		private List<PronunciationDictionary> pronunciationDictionaries = List.of();

		private @Nullable Long seed;

		private @Nullable String previousText;

		private @Nullable String nextText;

		private List<String> previousRequestIds = List.of();

		private List<String> nextRequestIds = List.of();

		private @Nullable TextNormalization textNormalization;

		private @Nullable Boolean languageTextNormalization;

		private @Nullable Boolean usePvcAsIvc;

		private @Nullable Boolean enableLogging;

		private @Nullable Integer optimizeStreamingLatency;

		private CallOptions options = CallOptions.defaults();

		private Builder(String text) {
			this.text = text;
		}

		private Builder(SpeechRequest request) {
			this.text = request.text;
			this.voiceId = request.voiceId;
			this.modelId = request.modelId;
			this.outputFormat = request.outputFormat;
			this.languageCode = request.languageCode;
			this.voiceSettings = request.voiceSettings;
			this.pronunciationDictionaries = request.pronunciationDictionaries;
			this.seed = request.seed;
			this.previousText = request.previousText;
			this.nextText = request.nextText;
			this.previousRequestIds = request.previousRequestIds;
			this.nextRequestIds = request.nextRequestIds;
			this.textNormalization = request.textNormalization;
			this.languageTextNormalization = request.languageTextNormalization;
			this.usePvcAsIvc = request.usePvcAsIvc;
			this.enableLogging = request.enableLogging;
			this.optimizeStreamingLatency = request.optimizeStreamingLatency;
			this.options = request.options;
		}

		/**
		 * Set the text.
		 * @param text what to say
		 * @return this builder
		 */
		public Builder text(String text) {
			this.text = text;
			return this;
		}

		/**
		 * Set the voiceId component.
		 * @param voiceId voice that speaks
		 * @return this builder
		 */
		public Builder voiceId(@Nullable String voiceId) {
			this.voiceId = voiceId;
			return this;
		}

		/**
		 * Set the modelId component.
		 * @param modelId model that speaks
		 * @return this builder
		 */
		public Builder modelId(@Nullable String modelId) {
			this.modelId = modelId;
			return this;
		}

		/**
		 * Set the outputFormat component.
		 * @param outputFormat format of the audio
		 * @return this builder
		 */
		public Builder outputFormat(@Nullable OutputFormat outputFormat) {
			this.outputFormat = outputFormat;
			return this;
		}

		/**
		 * Set the languageCode component.
		 * @param languageCode ISO 639-1 code that the text is read in; some models ignore
		 * it
		 * @return this builder
		 */
		public Builder languageCode(@Nullable String languageCode) {
			this.languageCode = languageCode;
			return this;
		}

		/**
		 * Set the voiceSettings component.
		 * @param voiceSettings how the voice speaks, in place of its stored settings
		 * @return this builder
		 */
		public Builder voiceSettings(@Nullable VoiceSettings voiceSettings) {
			this.voiceSettings = voiceSettings;
			return this;
		}

		/**
		 * Set the pronunciationDictionaries component.
		 * @param pronunciationDictionaries dictionaries to apply in this order, at most 3
		 * @return this builder
		 */
		public Builder pronunciationDictionaries(List<PronunciationDictionary> pronunciationDictionaries) {
			this.pronunciationDictionaries = pronunciationDictionaries;
			return this;
		}

		/**
		 * Set the seed component.
		 * @param seed 0 to 4294967295; equal requests with equal seeds sound alike, which
		 * is not guaranteed
		 * @return this builder
		 */
		public Builder seed(@Nullable Long seed) {
			this.seed = seed;
			return this;
		}

		/**
		 * Set the previousText component.
		 * @param previousText what was said before, for a smooth start
		 * @return this builder
		 */
		public Builder previousText(@Nullable String previousText) {
			this.previousText = previousText;
			return this;
		}

		/**
		 * Set the nextText component.
		 * @param nextText what will be said next, for a smooth end
		 * @return this builder
		 */
		public Builder nextText(@Nullable String nextText) {
			this.nextText = nextText;
			return this;
		}

		/**
		 * Set the previousRequestIds component.
		 * @param previousRequestIds ids of the parts spoken before, at most 3
		 * @return this builder
		 */
		public Builder previousRequestIds(List<String> previousRequestIds) {
			this.previousRequestIds = previousRequestIds;
			return this;
		}

		/**
		 * Set the nextRequestIds component.
		 * @param nextRequestIds ids of the parts spoken after, at most 3
		 * @return this builder
		 */
		public Builder nextRequestIds(List<String> nextRequestIds) {
			this.nextRequestIds = nextRequestIds;
			return this;
		}

		/**
		 * Set the textNormalization component.
		 * @param textNormalization whether numbers and the like are spelled out
		 * @return this builder
		 */
		public Builder textNormalization(@Nullable TextNormalization textNormalization) {
			this.textNormalization = textNormalization;
			return this;
		}

		/**
		 * Set the languageTextNormalization component.
		 * @param languageTextNormalization whether normalization follows the language,
		 * which is slow and only for Japanese
		 * @return this builder
		 */
		public Builder languageTextNormalization(@Nullable Boolean languageTextNormalization) {
			this.languageTextNormalization = languageTextNormalization;
			return this;
		}

		/**
		 * Set the usePvcAsIvc component.
		 * @param usePvcAsIvc whether a professional voice is used as an instant one;
		 * deprecated by the vendor
		 * @return this builder
		 */
		public Builder usePvcAsIvc(@Nullable Boolean usePvcAsIvc) {
			this.usePvcAsIvc = usePvcAsIvc;
			return this;
		}

		/**
		 * Set the enableLogging component.
		 * @param enableLogging whether the vendor stores the request; {@code false} asks
		 * for zero retention, an enterprise feature
		 * @return this builder
		 */
		public Builder enableLogging(@Nullable Boolean enableLogging) {
			this.enableLogging = enableLogging;
			return this;
		}

		/**
		 * Set the optimizeStreamingLatency component.
		 * @param optimizeStreamingLatency 0 to 4, quality given up for latency;
		 * deprecated by the vendor
		 * @return this builder
		 */
		public Builder optimizeStreamingLatency(@Nullable Integer optimizeStreamingLatency) {
			this.optimizeStreamingLatency = optimizeStreamingLatency;
			return this;
		}

		/**
		 * Set the options component.
		 * @param options who asks and how urgent it is
		 * @return this builder
		 */
		public Builder options(CallOptions options) {
			this.options = options;
			return this;
		}

		/**
		 * Create the request.
		 * @return the request
		 * @throws IllegalArgumentException if a value is out of range
		 */
		public SpeechRequest build() {
			return new SpeechRequest(this.text, this.voiceId, this.modelId, this.outputFormat, this.languageCode,
					this.voiceSettings, this.pronunciationDictionaries, this.seed, this.previousText, this.nextText,
					this.previousRequestIds, this.nextRequestIds, this.textNormalization,
					this.languageTextNormalization, this.usePvcAsIvc, this.enableLogging, this.optimizeStreamingLatency,
					this.options);
		}

	}

}
