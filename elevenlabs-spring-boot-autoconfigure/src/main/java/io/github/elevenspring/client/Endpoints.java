package io.github.elevenspring.client;

import java.util.List;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.voice.VoiceQuery;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;
import org.springframework.util.Assert;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.util.StringUtils;

/**
 * The one place that knows the paths and the query parameters of the API (API reference,
 * 2026).
 *
 * @since 0.1.0
 */
public final class Endpoints {

	private Endpoints() {
	}

	/**
	 * Return the request for a page of voices.
	 * @param query which voices
	 * @param pageToken token of the page, or {@code null} for the first
	 * @return the request
	 */
	public static ApiRequest voices(VoiceQuery query, @Nullable String pageToken) {
		ApiRequest request = ApiRequest.get("/v2/voices")
			.query("page_size", query.pageSize())
			.query("next_page_token", pageToken)
			.query("search", query.search())
			.query("voice_type", query.voiceType())
			.query("category", query.category())
			.query("fine_tuning_state", query.fineTuningState())
			.query("collection_id", query.collectionId())
			.query("sort", query.sort())
			.query("sort_direction", query.sortDirection())
			.query("include_total_count", false);
		for (String voiceId : query.voiceIds()) {
			request = request.query("voice_ids", voiceId);
		}
		return request.options(query.options());
	}

	/**
	 * Return the request for one voice.
	 * @param voiceId id of the voice
	 * @return the request
	 */
	public static ApiRequest voice(String voiceId) {
		return ApiRequest.get("/v1/voices/{voice_id}", notEmpty(voiceId));
	}

	/**
	 * Return the request for the stored settings of a voice.
	 * @param voiceId id of the voice
	 * @return the request
	 */
	public static ApiRequest voiceSettings(String voiceId) {
		return ApiRequest.get("/v1/voices/{voice_id}/settings", notEmpty(voiceId));
	}

	/**
	 * Return the request for the settings of voices that have none of their own.
	 * @return the request
	 */
	public static ApiRequest defaultVoiceSettings() {
		return ApiRequest.get("/v1/voices/settings/default");
	}

	/**
	 * Return the request for the models.
	 * @return the request
	 */
	public static ApiRequest models() {
		return ApiRequest.get("/v1/models");
	}

	/**
	 * Return the request for the user.
	 * @return the request
	 */
	public static ApiRequest user() {
		return ApiRequest.get("/v1/user");
	}

	/**
	 * Return the request for the subscription.
	 * @return the request
	 */
	public static ApiRequest subscription() {
		return ApiRequest.get("/v1/user/subscription");
	}

	static ApiRequest of(Call call) {
		if (call.request() instanceof ApiRequest request) {
			return request;
		}
		if (call.request() instanceof SpeechRequest request) {
			return speech(call.operation(), request);
		}
		throw new IllegalArgumentException("No endpoint takes a " + call.request().getClass().getName());
	}

	private static ApiRequest speech(Operation operation, SpeechRequest request) {
		String path = switch (operation) {
			case SPEECH_CONVERT -> "/v1/text-to-speech/{voice_id}";
			case SPEECH_STREAM -> "/v1/text-to-speech/{voice_id}/stream";
			case SPEECH_CONVERT_WITH_TIMESTAMPS -> "/v1/text-to-speech/{voice_id}/with-timestamps";
			case SPEECH_STREAM_WITH_TIMESTAMPS -> "/v1/text-to-speech/{voice_id}/stream/with-timestamps";
			default -> throw new IllegalArgumentException(operation + " does not speak");
		};
		String voiceId = request.voiceId();
		Assert.notNull(voiceId, "'voiceId' must not be null");
		// Made at once: each step of the fluent form would copy it
		MultiValueMap<String, String> query = new LinkedMultiValueMap<>();
		add(query, "output_format", request.outputFormat());
		add(query, "enable_logging", request.enableLogging());
		add(query, "optimize_streaming_latency", request.optimizeStreamingLatency());
		return new ApiRequest(HttpMethod.POST, path, List.of(voiceId), query, SpeechBody.of(request), null,
				request.options(), null);
	}

	private static void add(MultiValueMap<String, String> query, String name, @Nullable Object value) {
		if (value != null) {
			query.add(name, value.toString());
		}
	}

	private static String notEmpty(String voiceId) {
		if (!StringUtils.hasText(voiceId)) {
			throw new ElevenLabsRejectedException(ErrorKind.INVALID,
					"No voice is named: use an id that voices().list(…) returns");
		}
		return voiceId;
	}

}
