package io.github.elevenspring.client;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import io.github.elevenspring.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * What the vendor's codes mean, current ones and legacy ones (ElevenLabs errors page,
 * 2026, and bodies captured on the wire in August and September 2026).
 */
final class ErrorCodes {

	/**
	 * Codes that only repeat the class of the HTTP status: where the legacy code beside
	 * them is known, it says more.
	 */
	private static final Set<String> COARSE = Set.of("unauthorized", "forbidden", "bad_request", "not_found",
			"conflict", "invalid_parameters", "rate_limit_exceeded");

	private static final Map<String, ErrorKind> KINDS = new HashMap<>();

	static {
		put(ErrorKind.CONCURRENCY, "concurrent_limit_exceeded", "too_many_concurrent_requests");
		put(ErrorKind.RATE, "rate_limit_exceeded");
		put(ErrorKind.BUSY, "system_busy");
		put(ErrorKind.QUOTA, "insufficient_credits", "quota_exceeded");
		put(ErrorKind.AUTH, "unauthorized", "invalid_api_key", "missing_api_key", "invalid_authorization_header",
				"sign_in_required", "needs_authorization");
		put(ErrorKind.PERMISSION, "insufficient_permissions", "missing_permissions", "detected_unusual_activity",
				"paid_plan_required", "payment_required", "feature_not_available", "subscription_required",
				"voice_access_denied", "model_access_denied", "workspace_access_denied", "forbidden",
				"only_for_creator+", "can_not_use_instant_voice_cloning");
		put(ErrorKind.INVALID, "text_too_long", "text_too_short", "empty_text", "invalid_text",
				"max_character_limit_exceeded", "input_text_empty", "invalid_parameters", "missing_required_field",
				"unsupported_model", "invalid_voice_settings", "invalid_voice_id", "invalid_output_format",
				"invalid_audio", "invalid_audio_format", "audio_too_long", "audio_too_short", "invalid_file_type",
				"malformed_json", "bad_request", "invalid_content_type", "request_too_large", "invalid_page_size",
				"invalid_cursor", "bad_prompt", "bad_composition_plan");
		put(ErrorKind.NOT_FOUND, "not_found", "model_not_found", "voice_not_found", "voice_does_not_exist",
				"history_item_not_found", "transcript_not_found", "dubbing_not_found",
				"pronunciation_dictionary_not_found", "sample_not_found", "project_not_found", "song_not_found",
				"workspace_not_found", "user_not_found", "task_not_found");
		put(ErrorKind.CONFLICT, "conflict", "already_running", "already_processing", "resource_already_exists",
				"voice_already_exists", "slug_already_exists", "concurrent_modification");
		put(ErrorKind.SERVER, "internal_error", "service_unavailable", "maintenance");
	}

	private ErrorCodes() {
	}

	private static void put(ErrorKind kind, String... codes) {
		for (String code : codes) {
			KINDS.put(code, kind);
		}
	}

	/**
	 * Tell whether a code is one of the vendor's.
	 */
	static boolean isKnown(String code) {
		return KINDS.containsKey(code);
	}

	/**
	 * Tell the kind of an error: by its code, then by its legacy code, then by the HTTP
	 * status.
	 */
	static ErrorKind kind(@Nullable String code, @Nullable String status, int httpStatus) {
		ErrorKind byCode = (code != null) ? KINDS.get(code) : null;
		ErrorKind byStatus = (status != null) ? KINDS.get(status) : null;
		if (byCode != null && (byStatus == null || !COARSE.contains(code))) {
			return byCode;
		}
		return (byStatus != null) ? byStatus : kind(httpStatus);
	}

	private static ErrorKind kind(int httpStatus) {
		return switch (httpStatus) {
			case 401 -> ErrorKind.AUTH;
			case 402 -> ErrorKind.QUOTA;
			case 403 -> ErrorKind.PERMISSION;
			case 404, 410 -> ErrorKind.NOT_FOUND;
			case 408 -> ErrorKind.TIMEOUT;
			case 409, 425 -> ErrorKind.CONFLICT;
			case 429 -> ErrorKind.RATE;
			default -> (httpStatus >= 300 && httpStatus < 500) ? ErrorKind.INVALID : ErrorKind.SERVER;
		};
	}

	/**
	 * Say what to do about an error.
	 */
	static String remedy(ErrorKind kind, @Nullable String code) {
		if ("invalid_output_format".equals(code)) {
			return "choose another output format, or a plan that includes this one";
		}
		if ("detected_unusual_activity".equals(code)) {
			return "the free tier is blocked for this network; use a paid plan, or ask the vendor's support";
		}
		return switch (kind) {
			case CONCURRENCY -> "let calls in flight end first, or use a plan that allows more at once";
			case RATE -> "send fewer requests in the same time";
			case BUSY -> "the service is overloaded; try again later";
			case QUOTA -> "top up the credits of the account, raise the limit of the key, or wait for the reset";
			case AUTH -> "set elevenlabs.api-key to a key that is valid for this region";
			case PERMISSION -> "give the key the permission, or the account the plan, that this needs";
			case INVALID -> "change the request; it will fail again as it is";
			case NOT_FOUND -> "check the id and whether this account may see it";
			case CONFLICT -> "wait until the other change is done, then read again and repeat";
			default -> "the service failed; try again later, and name the trace id if it stays";
		};
	}

}
