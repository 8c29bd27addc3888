package io.github.elevenspring.test.simulator;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An error of the API in one of the shapes it has, each under the key {@code detail}.
 *
 * @param status the HTTP status
 * @param detail the value of {@code detail}
 */
record ApiError(int status, Object detail) {

	// shapes and values: ElevenLabs docs, errors page, 2026-09, and live captures,
	// 2026-08
	// and 2026-09

	static ApiError of(int status, String type, String code, String legacyStatus, String message) {
		return new ApiError(status, new Detail(type, code, message, legacyStatus, null, null));
	}

	static ApiError invalid(String code, String legacyStatus, String message, String param) {
		return new ApiError(400, new Detail("validation_error", code, message, legacyStatus, null, param));
	}

	static ApiError legacy(int status, String legacyStatus, String message) {
		return new ApiError(status, new LegacyDetail(legacyStatus, message));
	}

	static ApiError violations(List<Violation> violations) {
		return new ApiError(422, violations);
	}

	static ApiError plain(int status, String text) {
		return new ApiError(status, text);
	}

	static ApiError invalidKey() {
		return of(401, "authentication_error", "unauthorized", "invalid_api_key", "Invalid API key");
	}

	static ApiError missingKey() {
		return of(401, "authentication_error", "missing_api_key", "needs_authorization",
				"Neither authorization header nor xi-api-key received, please provide one.");
	}

	static ApiError workspaceNotFound() {
		return of(404, "not_found", "workspace_not_found", "workspace_not_found", "Workspace not found.");
	}

	static ApiError voiceNotFound(String voiceId) {
		return of(404, "not_found", "voice_not_found", "voice_not_found",
				"A voice with the voice_id '%s' was not found.".formatted(voiceId));
	}

	static ApiError tooManyConcurrentRequests(int limit) {
		return of(429, "rate_limit_error", "concurrent_limit_exceeded", "too_many_concurrent_requests",
				("Too many concurrent requests. Your current subscription is associated with a maximum of %d "
						+ "concurrent requests (running in parallel). Please upgrade your subscription or contact "
						+ "sales if you want to increase this limit.")
					.formatted(limit));
	}

	static ApiError rateLimited() {
		return of(429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_exceeded",
				"You have sent too many requests in a given amount of time.");
	}

	static ApiError systemBusy() {
		return of(429, "rate_limit_error", "system_busy", "system_busy",
				"We are sorry, the system is experiencing heavy traffic, please try again later.");
	}

	static ApiError quotaExceeded(QuotaAnswer answer, long quota, long remaining, long required) {
		String message = ("This request exceeds your quota of %d. You have %d credits remaining, while %d credits "
				+ "are required for this request.")
			.formatted(quota, remaining, required);
		return (answer == QuotaAnswer.LEGACY) ? legacy(401, "quota_exceeded", message)
				: of(402, "payment_required", "insufficient_credits", "quota_exceeded", message);
	}

	static ApiError tooLarge() {
		return of(400, "invalid_request", "request_too_large", "request_too_large", "The request is too large.");
	}

	static ApiError internal() {
		return of(500, "internal_error", "internal_error", "internal_error", "An unexpected error occurred.");
	}

	static ApiError unavailable() {
		return of(503, "service_unavailable", "service_unavailable", "service_unavailable",
				"The service is temporarily unavailable.");
	}

	/**
	 * Return what the vendor would most likely answer with a status.
	 * @param status the status
	 * @return the error, or {@code null} if only a proxy answers so
	 */
	static @Nullable ApiError typical(int status) {
		return switch (status) {
			case 400 -> invalid("invalid_parameters", "invalid_parameters", "The request is not valid.", "text");
			case 401 -> legacy(401, "detected_unusual_activity", "Unusual activity detected. Free tier disabled.");
			case 402 ->
				of(402, "payment_required", "paid_plan_required", "payment_required", "This needs a paid plan.");
			case 403 -> of(403, "authorization_error", "feature_not_available", "feature_not_available",
					"The plan does not have this feature.");
			case 404 -> plain(404, "Not Found");
			case 409 -> of(409, "conflict", "conflict", "conflict", "The request conflicts with another one.");
			case 422 -> violations(List.of(new Violation("missing", List.of("body", "text"), "Field required",
					Json.MAPPER.createObjectNode(), null)));
			case 429 -> rateLimited();
			case 500 -> internal();
			case 503 -> unavailable();
			default -> null;
		};
	}

	Answer answer(String traceId) {
		Object detail = (this.detail instanceof Detail current) ? current.identifiedBy(traceId) : this.detail;
		return Answer.json(this.status, Map.of("detail", detail));
	}

	/**
	 * The current shape.
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Detail(String type, String code, String message, String status, @Nullable String requestId,
			@Nullable String param) {

		Detail identifiedBy(String traceId) {
			return new Detail(this.type, this.code, this.message, this.status, traceId, this.param);
		}

	}

	/**
	 * The older shape.
	 */
	record LegacyDetail(String status, String message) {

	}

	/**
	 * One entry of the list that FastAPI answers with.
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Violation(String type, List<Object> loc, String msg, @Nullable JsonNode input,
			@Nullable Map<String, Object> ctx) {

	}

}
