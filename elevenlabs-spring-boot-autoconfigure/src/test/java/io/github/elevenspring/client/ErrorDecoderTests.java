package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ErrorKind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ErrorDecoder} and {@link ErrorCodes}.
 */
class ErrorDecoderTests {

	private static final String TEXT = "My secret diary says: the Käse is \"under\" the bed 😀.\nNobody must know.";

	private static final Redaction REDACTION = new Redaction(Wire.KEY, () -> List.of(TEXT));

	private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

	/**
	 * Codes and legacy codes of the vendor's errors page and of captured answers, with
	 * the HTTP statuses they were seen with.
	 */
	private static final String TABLE = """
			concurrent_limit_exceeded | too_many_concurrent_requests | 429 | CONCURRENCY
			rate_limit_exceeded | | 429 | RATE
			system_busy | system_busy | 429 | BUSY
			insufficient_credits | quota_exceeded | 402,401,400 | QUOTA
			paid_plan_required | payment_required | 402 | PERMISSION
			unauthorized | invalid_api_key | 401 | AUTH
			unauthorized | needs_authorization | 401 | AUTH
			unauthorized | invalid_authorization_header | 401 | AUTH
			invalid_api_key | invalid_api_key | 401 | AUTH
			missing_api_key | needs_authorization | 401 | AUTH
			invalid_authorization_header | invalid_authorization_header | 401 | AUTH
			sign_in_required | needs_authorization | 401 | AUTH
			insufficient_permissions | missing_permissions | 403,401 | PERMISSION
			| detected_unusual_activity | 401 | PERMISSION
			feature_not_available | | 403 | PERMISSION
			subscription_required | only_for_creator+ | 403 | PERMISSION
			voice_access_denied | | 403 | PERMISSION
			model_access_denied | | 403 | PERMISSION
			workspace_access_denied | | 403 | PERMISSION
			forbidden | can_not_use_instant_voice_cloning | 403 | PERMISSION
			text_too_long | max_character_limit_exceeded | 400 | INVALID
			text_too_short | | 400 | INVALID
			empty_text | input_text_empty | 400 | INVALID
			invalid_text | | 400 | INVALID
			invalid_parameters | | 400 | INVALID
			missing_required_field | | 400 | INVALID
			unsupported_model | | 400 | INVALID
			invalid_voice_settings | | 400 | INVALID
			invalid_voice_id | | 400 | INVALID
			invalid_output_format | invalid_output_format | 400,403 | INVALID
			model_not_found | model_not_found | 404,400 | NOT_FOUND
			voice_not_found | voice_not_found | 404,400 | NOT_FOUND
			invalid_audio | | 400 | INVALID
			invalid_audio_format | | 400 | INVALID
			audio_too_long | | 400 | INVALID
			audio_too_short | | 400 | INVALID
			invalid_file_type | | 400 | INVALID
			malformed_json | | 400 | INVALID
			bad_request | | 400 | INVALID
			invalid_content_type | | 400 | INVALID
			request_too_large | | 400,413 | INVALID
			invalid_page_size | | 400 | INVALID
			invalid_cursor | | 400 | INVALID
			history_item_not_found | | 404 | NOT_FOUND
			transcript_not_found | | 404 | NOT_FOUND
			dubbing_not_found | | 404 | NOT_FOUND
			pronunciation_dictionary_not_found | | 404 | NOT_FOUND
			sample_not_found | | 404 | NOT_FOUND
			project_not_found | | 404 | NOT_FOUND
			song_not_found | | 404 | NOT_FOUND
			workspace_not_found | | 404 | NOT_FOUND
			user_not_found | | 404 | NOT_FOUND
			task_not_found | | 404 | NOT_FOUND
			already_running | | 409 | CONFLICT
			already_processing | | 409 | CONFLICT
			resource_already_exists | | 409 | CONFLICT
			voice_already_exists | | 409 | CONFLICT
			slug_already_exists | | 409 | CONFLICT
			conflict | | 409 | CONFLICT
			concurrent_modification | | 409 | CONFLICT
			bad_prompt | | 422 | INVALID
			bad_composition_plan | | 422 | INVALID
			internal_error | | 500 | SERVER
			service_unavailable | | 503 | SERVER
			maintenance | | 503 | SERVER
			""";

	private final ErrorDecoder decoder = new ErrorDecoder(Clock.fixed(NOW, ZoneOffset.UTC));

	static List<Object[]> table() {
		List<Object[]> rows = new ArrayList<>();
		TABLE.lines().forEach((line) -> {
			String[] cells = line.split("\\|");
			for (String http : cells[2].trim().split(",")) {
				rows.add(new Object[] { blankToNull(cells[0]), blankToNull(cells[1]), Integer.parseInt(http.trim()),
						ErrorKind.valueOf(cells[3].trim()) });
			}
		});
		return rows;
	}

	@ParameterizedTest
	@MethodSource("table")
	void eachCodeHasItsKind(@Nullable String code, @Nullable String status, int http, ErrorKind kind) {
		List<String> bodies = new ArrayList<>();
		if (code != null) {
			bodies.add("{\"detail\":{\"type\":\"t\",\"code\":\"" + code + "\",\"message\":\"It failed.\"}}");
			bodies.add("{\"detail\":{\"code\":\"" + code + "\",\"status\":\"brand_new\",\"message\":\"It failed.\"}}");
		}
		if (status != null) {
			bodies.add("{\"detail\":{\"status\":\"" + status + "\",\"message\":\"It failed.\"}}");
			bodies
				.add("{\"detail\":{\"code\":\"brand_new\",\"status\":\"" + status + "\",\"message\":\"It failed.\"}}");
		}
		if (code != null && status != null) {
			bodies.add("{\"detail\":{\"type\":\"t\",\"code\":\"" + code + "\",\"message\":\"It failed.\",\"status\":\""
					+ status + "\",\"request_id\":\"abc123\",\"param\":\"p\",\"docs_url\":\"https://x\"}}");
		}
		for (String body : bodies) {
			ElevenLabsApiException error = decode(http, body);
			assertThat(error.getKind()).as(body).isEqualTo(kind);
			assertThat(error.getHttpStatus()).isEqualTo(http);
			assertThat(error).hasMessageContaining("HTTP " + http)
				.hasMessageContaining("It failed")
				.hasMessageContaining("Remedy: ");
			assertThat(error.isRetryable()).isEqualTo(kind.isTransient());
		}
	}

	@ParameterizedTest
	@CsvSource({ "400,INVALID", "401,AUTH", "402,QUOTA", "403,PERMISSION", "404,NOT_FOUND", "408,TIMEOUT",
			"409,CONFLICT", "410,NOT_FOUND", "413,INVALID", "418,INVALID", "422,INVALID", "425,CONFLICT", "429,RATE",
			"500,SERVER", "502,SERVER", "503,SERVER", "504,SERVER", "520,SERVER", "599,SERVER" })
	void withoutACodeTheStatusDecides(int http, ErrorKind kind) {
		for (String body : List.of("", "{}", "{\"detail\":{}}", "{\"detail\":null}", "{\"detail\":7}",
				"{\"detail\":\"Nope\"}", "<html>", "plain", "{\"detail\":{\"code\":\"brand_new\"}}",
				"{\"detail\":{\"code\":7,\"status\":[]}}", "[]", "null", "{\"detail\":[]}",
				"{\"detail\":[\"odd\",7,null,{}]}")) {
			assertThat(decode(http, body).getKind()).as(body).isEqualTo(kind);
		}
	}

	@Test
	void theCurrentObjectIsReadWhole() {
		ElevenLabsApiException error = decode(429, """
				{"detail":{"type":"rate_limit_error","code":"concurrent_limit_exceeded",
				"message":"Too many concurrent requests. Your plan allows a maximum of 4 concurrent requests.",
				"status":"too_many_concurrent_requests","request_id":"abcdef987654","param":null}}""");
		assertThat(error.getCode()).isEqualTo("concurrent_limit_exceeded");
		assertThat(error.getStatus()).isEqualTo("too_many_concurrent_requests");
		assertThat(error.getTraceId()).isEqualTo("abcdef987654");
		assertThat(error.getConcurrencyLimit()).isEqualTo(4);
		assertThat(error).hasMessage("ElevenLabs answered HTTP 429 (too_many_concurrent_requests): Too many concurrent"
				+ " requests. Your plan allows a maximum of 4 concurrent requests. Remedy: let calls in flight end first,"
				+ " or use a plan that allows more at once [trace id abcdef987654]");
	}

	@Test
	void onlyARefusalForTheLimitNamesOne() {
		String message = "\"message\":\"You have a maximum of %s concurrent requests.\"}}";
		String concurrency = "{\"detail\":{\"code\":\"concurrent_limit_exceeded\",";
		assertThat(decode(429, concurrency + message.formatted("15")).getConcurrencyLimit()).isEqualTo(15);
		assertThat(decode(429, concurrency + message.formatted("0")).getConcurrencyLimit()).isNull();
		assertThat(decode(429, concurrency + message.formatted("99999999999")).getConcurrencyLimit()).isNull();
		assertThat(decode(429, concurrency + message.formatted("many")).getConcurrencyLimit()).isNull();
		assertThat(
				decode(429, "{\"detail\":{\"code\":\"system_busy\"," + message.formatted("15")).getConcurrencyLimit())
			.isNull();
	}

	@Test
	void theLegacyObjectIsRead() {
		ElevenLabsApiException error = decode(401,
				"{\"detail\":{\"status\":\"quota_exceeded\",\"message\":\"You have 0 credits left.\"}}");
		assertThat(error.getKind()).isEqualTo(ErrorKind.QUOTA);
		assertThat(error.getCode()).isNull();
		assertThat(error.getStatus()).isEqualTo("quota_exceeded");
		assertThat(error).hasMessageContaining("You have 0 credits left").hasMessageContaining("top up");
	}

	@Test
	void theListOfAFailedValidationIsReadWithoutItsInput() {
		ElevenLabsApiException error = decode(422,
				"{\"detail\":[{\"type\":\"missing\",\"loc\":[\"body\",\"text\"],"
						+ "\"msg\":\"Field required\",\"input\":{\"text\":\"the input\"},\"ctx\":{}},"
						+ "{\"loc\":[\"body\",\"voices\",0],\"msg\":\"Input should be a string\"},{\"loc\":\"odd\"}]}");
		assertThat(error.getKind()).isEqualTo(ErrorKind.INVALID);
		assertThat(error).hasMessageContaining("body.text: Field required")
			.hasMessageContaining("body.voices.0: Input should be a string");
		assertThat(error.getMessage()).doesNotContain("the input");
	}

	@Test
	void aPlainStringIsRead() {
		assertThat(decode(404, "{\"detail\":\"Not Found\"}")).hasMessageContaining(": Not Found. Remedy");
	}

	@Test
	void whatIsNotJsonIsNotQuoted() {
		ElevenLabsApiException error = decode(502, "<html><h1>502 Bad Gateway of the company</h1></html>");
		assertThat(error.getKind()).isEqualTo(ErrorKind.SERVER);
		assertThat(error).hasMessageContaining("proxy");
		assertThat(error.getMessage()).doesNotContain("company");
	}

	@Test
	void aCodeThatIsCoarserThanTheLegacyCodeGivesWay() {
		assertThat(decode(401, "{\"detail\":{\"code\":\"unauthorized\",\"status\":\"quota_exceeded\"}}").getKind())
			.isEqualTo(ErrorKind.QUOTA);
		assertThat(decode(401, "{\"detail\":{\"code\":\"unauthorized\",\"status\":\"detected_unusual_activity\"}}"))
			.hasMessageContaining("free tier")
			.extracting(ElevenLabsApiException::getKind)
			.isEqualTo(ErrorKind.PERMISSION);
		assertThat(decode(429,
				"{\"detail\":{\"code\":\"rate_limit_exceeded\",\"status\":\"too_many_concurrent_requests\"}}")
			.getKind()).isEqualTo(ErrorKind.CONCURRENCY);
	}

	@Test
	void aFineCodeBeatsTheLegacyCodeAndTheStatus() {
		assertThat(decode(500, "{\"detail\":{\"code\":\"text_too_long\",\"status\":\"internal_error\"}}").getKind())
			.isEqualTo(ErrorKind.INVALID);
	}

	@Test
	void theTraceIdComesFromTheHeaderWhereTheBodyHasNone() {
		HttpHeaders headers = new HttpHeaders();
		headers.set("x-trace-id", "0123abc");
		assertThat(decode(500, "", headers)).hasMessageContaining("[trace id 0123abc]")
			.extracting(ElevenLabsApiException::getTraceId)
			.isEqualTo("0123abc");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			0 | PT0S
			7 | PT7S
			' 12 ' | PT12S
			Sat, 21 Nov 2026 10:01:30 GMT | PT1M30S
			Sat, 21 Nov 2026 09:00:00 GMT | PT0S
			""")
	void retryAfterIsReadAsSecondsOrAsADate(String value, String expected) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Retry-After", value);
		assertThat(decode(429, "", headers).getRetryAfter()).isEqualTo(Duration.parse(expected));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "soon", "-5", "1.5", "7s", "99999999999999999999", "9223372036854775807",
			"Sat, 99 Nov 2026 10:01:30 GMT", "2026-11-21T10:00:00Z", "Sat, 21 Nov 9999 10:01:30 GMT" })
	void retryAfterThatMakesNoSenseIsNoWait(String value) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Retry-After", value);
		assertThat(decode(429, "", headers).getRetryAfter()).isNull();
	}

	@Test
	void neitherTextNorKeyIsRepeatedInAnyShape() {
		String quoted = TEXT.replace("\"", "\\\"").replace("\n", "\\n");
		HttpHeaders headers = new HttpHeaders();
		headers.set("x-trace-id", Wire.KEY);
		for (String body : List.of(
				"{\"detail\":{\"code\":\"%s\",\"status\":\"%s\",\"message\":\"%s\",\"request_id\":\"%s\"}}",
				"{\"detail\":{\"code\":\"voice_not_found\",\"message\":\"You said %s and %s and %s and %s\"}}",
				"{\"detail\":\"%s %s %s %s\"}",
				"{\"detail\":[{\"loc\":[\"%s\",\"%s\"],\"msg\":\"%s\",\"input\":\"%s\"}]}", "%s %s %s %s",
				"<html>%s %s %s %s</html>")) {
			for (String secret : List.of(Wire.KEY, quoted)) {
				ElevenLabsApiException error = decode(400, body.replace("%s", secret), headers);
				assertSecret(error);
			}
		}
	}

	@Test
	void aWordOfTheTextThatLooksLikeACodeIsNotRepeated() {
		Redaction redaction = new Redaction(Wire.KEY, () -> List.of("Confidential_merger"));
		ElevenLabsApiException error = this.decoder.decode(400, HttpHeaders.EMPTY,
				bytes("{\"detail\":{\"code\":\"Confidential_merger\",\"status\":\"x_Confidential_merger\"}}"),
				redaction);
		assertThat(error.toString() + error.getCode() + error.getStatus()).doesNotContain("Confidential");
	}

	@Test
	void aTextThatIsACodeDoesNotHideTheCode() {
		Redaction redaction = new Redaction(Wire.KEY, () -> List.of("quota_exceeded"));
		ElevenLabsApiException error = this.decoder.decode(401, HttpHeaders.EMPTY,
				bytes("{\"detail\":{\"status\":\"quota_exceeded\"}}"), redaction);
		assertThat(error.getKind()).isEqualTo(ErrorKind.QUOTA);
		assertThat(error.getStatus()).isEqualTo("quota_exceeded");
	}

	@Test
	void anErrorInTheMiddleOfAStreamRepeatsNothing() {
		ElevenLabsApiException error = this.decoder.decodeLate(Parts.head(),
				bytes("{\"detail\":{\"code\":\"" + Wire.KEY + "\",\"status\":\"system_busy\",\"message\":\"" + Wire.KEY
						+ "\",\"request_id\":\"" + Wire.KEY + "\"}}"),
				500);
		assertThat(error.getKind()).isEqualTo(ErrorKind.BUSY);
		assertThat(error.getBytesReceived()).isEqualTo(500);
		assertThat(error).hasMessageContaining("after 500 bytes");
		assertThat(error.toString() + error.getCode() + error.getTraceId()).doesNotContain("sk_");
	}

	@Test
	void aMessageWithoutAnEndIsCutShort() {
		assertThat(decode(400, "{\"detail\":\"" + "long ".repeat(10_000) + "\"}").getMessage().length())
			.isLessThan(600);
	}

	@Test
	void aFailedValidationThatRepeatsTheLongestTextIsStillRead() {
		String input = "word ".repeat(8_000);
		assertThat(decode(422,
				"{\"detail\":[{\"loc\":[\"body\",\"text\"],\"input\":\"" + input + "\",\"msg\":\"Too odd\"}]}"))
			.hasMessageContaining("body.text: Too odd");
	}

	private ElevenLabsApiException decode(int http, String body) {
		return decode(http, body, HttpHeaders.EMPTY);
	}

	private ElevenLabsApiException decode(int http, String body, HttpHeaders headers) {
		return this.decoder.decode(http, headers, bytes(body), REDACTION);
	}

	private static void assertSecret(ElevenLabsApiException error) {
		String all = error.toString() + error.getCode() + error.getStatus() + error.getTraceId();
		assertThat(all).doesNotContain(Wire.KEY)
			.doesNotContain(Wire.KEY.substring(0, 20))
			.doesNotContain("diary")
			.doesNotContain("Käse")
			.doesNotContain("Nobody")
			.doesNotContain("bed");
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	private static @Nullable String blankToNull(String cell) {
		return cell.isBlank() ? null : cell.trim();
	}

}
