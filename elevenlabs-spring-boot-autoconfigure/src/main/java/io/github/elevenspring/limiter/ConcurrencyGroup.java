package io.github.elevenspring.limiter;

import java.time.Duration;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;

/**
 * Calls that share one limit of the account: ElevenLabs counts requests in flight per
 * family of models (models page and rate limiting post, 2026).
 *
 * @since 0.1.0
 */
public enum ConcurrencyGroup {

	/**
	 * Multilingual and expressive speech, generation 3 among it.
	 */
	STANDARD,

	/**
	 * Flash and turbo speech.
	 */
	FLASH,

	/**
	 * Speech of generation 4, which has a group of its own.
	 */
	V4,

	/**
	 * Transcription of files.
	 */
	TRANSCRIPTION,

	/**
	 * Transcription while somebody speaks.
	 */
	REALTIME_TRANSCRIPTION,

	/**
	 * Music.
	 */
	MUSIC,

	/**
	 * Dialogue over sockets.
	 */
	DIALOGUE,

	/**
	 * Everything else that makes or changes sound: effects, voice changer, isolation and
	 * so on. Which limit the vendor holds it to is not documented.
	 */
	OTHER;

	private static final Duration PART_OF_FILE = Duration.ofMinutes(8);

	private static final int MOST_PARTS = 4;

	/**
	 * Return the group of a call.
	 * @param call the call
	 * @param models tells the group of a model, where the service said so
	 * @return the group, or {@code null} for a call that takes no slot, such as reading
	 * the list of voices
	 */
	static @Nullable ConcurrencyGroup of(Call call, ModelCatalog models) {
		if (call.request() instanceof SpeechRequest speech) {
			String model = (speech.modelId() != null) ? speech.modelId() : ModelCatalog.DEFAULT_MODEL;
			String named = models.concurrencyGroup(model);
			return (named != null) ? ofName(named) : ofName(model);
		}
		if (call.request() instanceof ApiRequest request && request.method() != HttpMethod.GET
				&& request.method() != HttpMethod.DELETE) {
			return ofPath(request.path());
		}
		return null;
	}

	/**
	 * Return how many slots of this group a call takes. A file to transcribe is split
	 * into parts of eight minutes, of which four at the most run at a time (speech to
	 * text page, 2026).
	 * @param call the call
	 * @return the slots, at least one
	 */
	int weight(Call call) {
		if (this != TRANSCRIPTION || !(call.request() instanceof ApiRequest request)
				|| request.audioDuration() == null) {
			return 1;
		}
		long parts = (request.audioDuration().toMillis() + PART_OF_FILE.toMillis() - 1) / PART_OF_FILE.toMillis();
		return (int) Math.max(1, Math.min(MOST_PARTS, parts));
	}

	/**
	 * Return the group of a name, which is the service's or that of a model. The usual
	 * ones are not searched for parts.
	 */
	private static ConcurrencyGroup ofName(String name) {
		return switch (name) {
			case "standard", ModelCatalog.DEFAULT_MODEL -> STANDARD;
			case "turbo" -> FLASH;
			case "standard_eleven_v4" -> V4;
			default -> ofPartOfName(name);
		};
	}

	private static ConcurrencyGroup ofPartOfName(String name) {
		if (name.contains("v4")) {
			return V4;
		}
		return (name.contains("flash") || name.contains("turbo")) ? FLASH : STANDARD;
	}

	private static @Nullable ConcurrencyGroup ofPath(String path) {
		if (path.startsWith("/v1/text-to-speech") || path.startsWith("/v1/text-to-dialogue")) {
			return STANDARD;
		}
		if (path.equals("/v1/speech-to-text")) {
			return TRANSCRIPTION;
		}
		if (path.startsWith("/v1/music")) {
			return MUSIC;
		}
		return (path.startsWith("/v1/sound-generation") || path.startsWith("/v1/speech-to-speech")
				|| path.startsWith("/v1/audio-isolation") || path.startsWith("/v1/text-to-voice")
				|| path.startsWith("/v1/forced-alignment") || path.startsWith("/v1/dubbing")) ? OTHER : null;
	}

}
