package io.github.elevenspring.test.simulator;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Map;

import io.github.elevenspring.test.junit.EnableElevenLabsSimulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What speech requests are refused for, in which order and with which body; and what the
 * others cost.
 */
@EnableElevenLabsSimulator(plan = SimulatorPlan.STARTER)
class SpeechRulesTests {

	private final ElevenLabsSimulator simulator;

	private final Client client;

	SpeechRulesTests(ElevenLabsSimulator simulator) {
		this.simulator = simulator;
		this.client = new Client(simulator);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "{} | missing | text | Field required",
			"{\"text\":5} | string_type | text | Input should be a valid string",
			"{\"text\":null} | string_type | text | Input should be a valid string",
			"{\"text\":\"a\",\"seed\":-1} | greater_than_equal | seed | Input should be greater than or equal to 0",
			"{\"text\":\"a\",\"seed\":4294967296} | less_than_equal | seed | Input should be less than or equal to 4294967295",
			"{\"text\":\"a\",\"seed\":1.5} | int_type | seed | Input should be a valid integer",
			"{\"text\":\"a\",\"apply_text_normalization\":\"no\"} | enum | apply_text_normalization | Input should be 'auto', 'on', 'off'",
			"{\"text\":\"a\",\"previous_request_ids\":[1,2,3,4]} | too_long | previous_request_ids | List should have at most 3 items after validation, not 4",
			"{\"text\":\"a\",\"previous_request_ids\":\"x\"} | list_type | previous_request_ids | Input should be a valid list",
			"{\"text\":\"a\",\"use_pvc_as_ivc\":\"x\"} | bool_type | use_pvc_as_ivc | Input should be a valid boolean",
			"{\"text\":\"a\",\"voice_settings\":{\"speed\":\"x\"}} | float_type | speed | Input should be a valid number",
			"{\"text\":\"a\",\"voice_settings\":1} | model_attributes_type | voice_settings | Input should be a valid dictionary or object to extract fields from",
			"[1] | model_attributes_type | body | Input should be a valid dictionary or object to extract fields from" })
	void refusesABodyThatBreaksTheSchema(String body, String type, String field, String message) {
		HttpResponse<byte[]> response = this.client.speak("", body);
		assertThat(response.statusCode()).isEqualTo(422);
		JsonNode violation = Client.json(response).get("detail").get(0);
		assertThat(violation.get("type").stringValue()).isEqualTo(type);
		assertThat(violation.get("msg").stringValue()).isEqualTo(message);
		JsonNode location = violation.get("loc");
		assertThat(location.get(0).stringValue()).isEqualTo("body");
		assertThat(location.get(location.size() - 1).stringValue()).isEqualTo(field);
	}

	@Test
	void refusesWhatIsNoJson() {
		HttpResponse<byte[]> response = this.client.speak("", "{\"text\":");
		assertThat(response.statusCode()).isEqualTo(422);
		assertThat(Client.json(response).get("detail").get(0).get("type").stringValue()).isEqualTo("json_invalid");
	}

	@Test
	void looksAtTheBodyBeforeTheKeyAndAtTheQueryAfterIt() {
		String path = "/v1/text-to-speech/nobody?output_format=nonsense";
		assertThat(
				this.client.send(this.client.anonymous(path).POST(BodyPublishers.ofString("{}")).build()).statusCode())
			.isEqualTo(422);
		assertThat(this.client.send(this.client.anonymous(path).POST(BodyPublishers.ofString(Client.text("a"))).build())
			.statusCode()).isEqualTo(401);
		assertThat(this.client.send(this.client.request(path).POST(BodyPublishers.ofString(Client.text("a"))).build())
			.statusCode()).isEqualTo(403);
	}

	@Test
	void answersAWrongKeyWithTheTraceIdInTheBody() {
		HttpResponse<byte[]> response = this.client.send(this.client.anonymous("/v1/text-to-speech/any")
			.header("xi-api-key", "wrong")
			.POST(BodyPublishers.ofString(Client.text("a")))
			.build());
		assertThat(response.statusCode()).isEqualTo(401);
		JsonNode detail = Client.json(response).get("detail");
		assertThat(detail.get("type").stringValue()).isEqualTo("authentication_error");
		assertThat(detail.get("code").stringValue()).isEqualTo("unauthorized");
		assertThat(detail.get("status").stringValue()).isEqualTo("invalid_api_key");
		assertThat(response.headers().firstValue("x-trace-id")).contains(detail.get("request_id").stringValue());
	}

	@Test
	void knowsWhichVoicesThereAre() {
		HttpResponse<byte[]> response = this.client.send(this.client.request("/v1/text-to-speech/nobody")
			.POST(BodyPublishers.ofString(Client.text("a")))
			.build());
		assertThat(response.statusCode()).isEqualTo(404);
		assertThat(Client.json(response).get("detail").get("code").stringValue()).isEqualTo("voice_not_found");
	}

	@ParameterizedTest
	@CsvSource({ "nonsense", "opus_48000_64", "m4a_aac_44100_128", "mp3_44100_192", "pcm_44100", "wav_48000",
			"mp3_48000_320" })
	void refusesFormatsThatThePlanDoesNotHave(String format) {
		HttpResponse<byte[]> response = this.client.speak("?output_format=" + format, Client.text("a"));
		assertThat(response.statusCode()).isEqualTo(403);
		assertThat(Client.json(response).get("detail").get("code").stringValue()).isEqualTo("invalid_output_format");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "{\"text\":\"\"} | input_text_empty",
			"{\"text\":\" \",\"model_id\":\"eleven_v3\"} | input_text_empty",
			"{\"text\":\" \",\"model_id\":\"eleven_v4\"} | input_text_empty",
			"{\"text\":\"a\",\"model_id\":\"eleven_v3\",\"previous_text\":\"b\"} | unsupported_model",
			"{\"text\":\"a\",\"model_id\":\"eleven_v3\",\"next_text\":\"b\"} | unsupported_model",
			"{\"text\":\"a\",\"model_id\":\"eleven_v4\",\"apply_language_text_normalization\":true} | unsupported_model",
			"{\"text\":\"a\",\"model_id\":\"eleven_english_sts_v2\"} | unsupported_model",
			"{\"text\":\"a\",\"voice_settings\":{\"speed\":1.3}} | invalid_voice_settings",
			"{\"text\":\"a\",\"voice_settings\":{\"speed\":0.6},\"model_id\":\"eleven_flash_v2_5\"} | invalid_voice_settings",
			"{\"text\":\"a\",\"voice_settings\":{\"stability\":2}} | invalid_voice_settings",
			"{\"text\":\"a\",\"model_id\":\"eleven_v9\"} | model_not_found" })
	void refusesWhatTheModelCannotDo(String body, String status) {
		HttpResponse<byte[]> response = this.client.speak("", body);
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(Client.json(response).get("detail").get("status").stringValue()).isEqualTo(status);
		assertThat(this.simulator.statistics().creditsUsed()).isZero();
	}

	@Test
	void sendsTheOldBodyForAModelThatDoesNotExist() {
		JsonNode detail = Client.json(this.client.speak("", "{\"text\":\"a\",\"model_id\":\"x\"}")).get("detail");
		assertThat(detail.propertyNames()).containsExactlyInAnyOrder("status", "message");
	}

	@ParameterizedTest
	@CsvSource({ "eleven_v3, 5500", "eleven_flash_v2, 33000" })
	void countsCodePointsUpToTheRealCutOff(String model, int longest) {
		this.simulator.credits(1_000_000);
		String fits = Client.text("😀".repeat(longest));
		String tooLong = Client.text("😀".repeat(longest + 1));
		String withModel = ",\"model_id\":\"" + model + "\"}";
		HttpResponse<byte[]> refused = this.client.speak("", tooLong.substring(0, tooLong.length() - 1) + withModel);
		assertThat(refused.statusCode()).isEqualTo(400);
		assertThat(Client.json(refused).get("detail").get("code").stringValue()).isEqualTo("text_too_long");
		assertThat(this.client.speak("", fits.substring(0, fits.length() - 1) + withModel).statusCode()).isEqualTo(200);
	}

	@ParameterizedTest
	@CsvSource({ "eleven_multilingual_v2, 55, 55", "eleven_flash_v2_5, 55, 28", "eleven_flash_v2_5, 30, 15",
			"eleven_v4_turbo, 22, 11", "eleven_flash_v2_5, 1, 0" })
	void chargesAsMeasured(String model, int length, long cost) {
		HttpResponse<byte[]> response = this.client.speak("", new JsonMapper().writeValueAsString(
				Map.of("text", (length == 1) ? " " : "a ".repeat(length).substring(0, length), "model_id", model)));
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("character-cost")).contains(Long.toString(cost));
		assertThat(Client.json(this.client.get("/v1/user/subscription")).get("character_count").longValue())
			.isEqualTo(cost);
	}

	@Test
	void sendsTheHeadersOfTheRealApi() {
		HttpResponse<byte[]> response = this.client.speak("?enable_logging=false", Client.text("Hello."));
		assertThat(response.headers().map()).containsKeys("request-id", "x-trace-id", "x-region", "tts-latency-ms");
		assertThat(response.headers().firstValue("history-item-id")).contains("not_stored");
		assertThat(response.headers().firstValue("current-concurrent-requests")).contains("1");
		assertThat(response.headers().firstValue("maximum-concurrent-requests")).contains("3");
	}

	@ParameterizedTest
	@CsvSource({ "LEGACY, 401", "CURRENT, 402" })
	void runsOutOfCredits(QuotaAnswer answer, int status) {
		try (ElevenLabsSimulator poor = ElevenLabsSimulator.builder()
			.credits(10)
			.quotaAnswer(answer)
			.pace(Pace.IMMEDIATE)
			.start()) {
			Client own = new Client(poor);
			assertThat(own.speak("", Client.text("123456")).statusCode()).isEqualTo(200);
			HttpResponse<byte[]> refused = own.speak("", Client.text("123456"));
			assertThat(refused.statusCode()).isEqualTo(status);
			JsonNode detail = Client.json(refused).get("detail");
			assertThat(detail.get("status").stringValue()).isEqualTo("quota_exceeded");
			assertThat(detail.has("code")).isEqualTo(answer == QuotaAnswer.CURRENT);
			assertThat(detail.get("message").stringValue()).contains("You have 4 credits remaining");
		}
	}

	@Test
	void ignoresTheSpeedWhereTheModelDoes() {
		String slow = "{\"text\":\"Hello.\",\"model_id\":\"eleven_v4\",\"voice_settings\":{\"speed\":0.01}}";
		String plain = "{\"text\":\"Hello.\",\"model_id\":\"eleven_v4\"}";
		assertThat(this.client.speak("", slow).body()).isEqualTo(this.client.speak("", plain).body());
	}

	@ParameterizedTest
	@CsvSource({ "optimize_streaming_latency=x, int_parsing", "enable_logging=x, bool_parsing" })
	void refusesAWrongQuery(String query, String type) {
		HttpResponse<byte[]> response = this.client.speak("?" + query, Client.text("a"));
		assertThat(response.statusCode()).isEqualTo(422);
		assertThat(Client.json(response).get("detail").get(0).get("type").stringValue()).isEqualTo(type);
	}

	@Test
	void ignoresFieldsThatItDoesNotKnow() {
		assertThat(this.client.speak("", "{\"text\":\"a\",\"modle_id\":\"typo\"}").statusCode()).isEqualTo(200);
	}

	@Test
	void answersUnknownPathsBeforeItLooksAtTheKey() {
		HttpResponse<byte[]> response = this.client.send(this.client.anonymous("/v1/nonsense").GET().build());
		assertThat(response.statusCode()).isEqualTo(404);
		assertThat(new String(response.body())).isEqualTo("{\"detail\":\"Not Found\"}");
		assertThat(this.client.send(this.client.anonymous("/v2/voices").DELETE().build()).statusCode()).isEqualTo(405);
	}

	@Test
	void takesAnyKeyIfTold() {
		try (ElevenLabsSimulator open = ElevenLabsSimulator.builder().anyKey().start()) {
			Client own = new Client(open);
			assertThat(own.send(own.anonymous("/v1/user").header("xi-api-key", "x").GET().build()).statusCode())
				.isEqualTo(200);
			assertThat(own.send(own.anonymous("/v1/user").GET().build()).statusCode()).isEqualTo(401);
		}
	}

}
