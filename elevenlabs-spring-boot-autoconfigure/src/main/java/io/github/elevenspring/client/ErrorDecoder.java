package io.github.elevenspring.client;

import java.time.Clock;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsApiException.Answer;
import io.github.elevenspring.error.ErrorKind;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

import org.springframework.http.HttpHeaders;

/**
 * Makes one exception out of whatever ElevenLabs, or a proxy on the way, sends in place
 * of the answer. Knows all five shapes of body that were seen: the current object, the
 * legacy object, the list of a failed validation, a plain string, and no JSON at all.
 */
final class ErrorDecoder {

	private static final int MOST_ISSUES = 5;

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_+.-]{1,80}");

	/**
	 * The only place where a refusal names the limit (seen on the wire in August 2026).
	 */
	private static final Pattern LIMIT = Pattern.compile("maximum of ([1-9][0-9]{0,5}) concurrent requests");

	private final Clock clock;

	ErrorDecoder(Clock clock) {
		this.clock = clock;
	}

	/**
	 * Decode the body of an answer.
	 * @param httpStatus HTTP status of the answer
	 * @param headers headers of the answer
	 * @param body the body, or its beginning
	 * @param redaction cuts out what must not be repeated
	 * @return the exception
	 */
	ElevenLabsApiException decode(int httpStatus, HttpHeaders headers, byte[] body, Redaction redaction) {
		return decode(httpStatus, headers, body, redaction, 0);
	}

	/**
	 * Decode an error that came in place of the rest of an answer.
	 * @param head the head of the answer
	 * @param body the error
	 * @param received bytes of the answer, the error among them
	 * @return the exception
	 */
	ElevenLabsApiException decodeLate(ReplyPart.Head head, byte[] body, long received) {
		return decode(head.status(), head.headers(), body, null, received);
	}

	private ElevenLabsApiException decode(int httpStatus, HttpHeaders headers, byte[] body,
			@Nullable Redaction redaction, long received) {
		Detail detail = detail(body, redaction);
		ErrorKind kind = ErrorCodes.kind(detail.code(), detail.status(), httpStatus);
		String name = detail.name();
		String traceId = (detail.requestId() != null) ? detail.requestId()
				: plain(headers.getFirst(ReplyHeaders.TRACE_ID), redaction);
		String message = "ElevenLabs answered HTTP " + httpStatus + ((name != null) ? " (" + name + ")" : "")
				+ ((received > 0) ? " and broke off with an error after " + received + " bytes" : "")
				+ describe(httpStatus, detail, body) + ". Remedy: " + ErrorCodes.remedy(kind, name)
				+ ((traceId != null) ? " [trace id " + traceId + "]" : "");
		Integer limit = (kind == ErrorKind.CONCURRENCY) ? concurrencyLimit(detail.message()) : null;
		return new ElevenLabsApiException(kind, message, new Answer(httpStatus, detail.code(), detail.status(), traceId,
				ReplyHeaders.retryAfter(headers, this.clock), received, limit), null);
	}

	private static @Nullable Integer concurrencyLimit(@Nullable String message) {
		Matcher matcher = LIMIT.matcher((message != null) ? message : "");
		return matcher.find() ? Integer.valueOf(matcher.group(1)) : null;
	}

	private static String describe(int httpStatus, Detail detail, byte[] body) {
		if (detail.message() != null) {
			String message = detail.message();
			return ": " + (message.endsWith(".") ? message.substring(0, message.length() - 1) : message);
		}
		if (httpStatus >= 300 && httpStatus < 400) {
			return " and a redirect, which is not followed because the key would go with it; check elevenlabs.base-url";
		}
		if (body.length == 0) {
			return " with an empty body";
		}
		if (detail.name() != null) {
			return "";
		}
		return " with a body that is not an answer of the API, as a proxy in between might send it";
	}

	private static Detail detail(byte[] body, @Nullable Redaction redaction) {
		JsonNode root = parse(body);
		JsonNode detail = (root != null) ? root.get("detail") : null;
		if (detail == null) {
			return Detail.NONE;
		}
		if (detail.isObject()) {
			return new Detail(code(text(detail, "code"), redaction), code(text(detail, "status"), redaction),
					clean(text(detail, "message"), redaction), plain(text(detail, "request_id"), redaction));
		}
		String message = detail.isString() ? detail.asString() : null;
		if (detail.isArray()) {
			message = detail.valueStream()
				.limit(MOST_ISSUES)
				.map(ErrorDecoder::issue)
				.collect(Collectors.joining("; "));
		}
		return new Detail(null, null, clean(message, redaction), null);
	}

	/**
	 * Describe one issue of a failed validation: where and what, without the input, which
	 * the service repeats.
	 */
	private static String issue(JsonNode issue) {
		JsonNode location = issue.get("loc");
		String where = (location != null) ? location.valueStream()
			.map((element) -> element.isString() ? element.asString() : element.toString())
			.collect(Collectors.joining(".")) : "";
		String what = Objects.requireNonNullElse(text(issue, "msg"), "is not valid");
		return where.isEmpty() ? what : where + ": " + what;
	}

	private static @Nullable String clean(@Nullable String message, @Nullable Redaction redaction) {
		return (message != null && redaction != null) ? redaction.clean(message) : null;
	}

	/**
	 * Pass a code: one that is known, or one that is nothing of what was sent.
	 */
	private static @Nullable String code(@Nullable String code, @Nullable Redaction redaction) {
		return (code != null && ErrorCodes.isKnown(code)) ? code : plain(code, redaction);
	}

	/**
	 * Pass an id, but nothing that could be a sentence, the key or a word of the text.
	 */
	private static @Nullable String plain(@Nullable String name, @Nullable Redaction redaction) {
		return (name != null && redaction != null && NAME.matcher(name).matches() && !redaction.isQuote(name)) ? name
				: null;
	}

	private static @Nullable String text(JsonNode node, String field) {
		JsonNode value = node.get(field);
		return (value != null && value.isString() && !value.asString().isBlank()) ? value.asString() : null;
	}

	private static @Nullable JsonNode parse(byte[] body) {
		try {
			JsonNode root = WireJson.MAPPER.readTree(body);
			return root.isObject() ? root : null;
		}
		catch (JacksonException ex) {
			return null;
		}
	}

	private record Detail(@Nullable String code, @Nullable String status, @Nullable String message,
			@Nullable String requestId) {

		static final Detail NONE = new Detail(null, null, null, null);

		/**
		 * The finer of the two codes.
		 */
		@Nullable String name() {
			return (this.status != null) ? this.status : this.code;
		}

	}

}
