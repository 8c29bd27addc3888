package io.github.elevenspring.client;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.elevenspring.client.ScriptedServer.Script;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.client.MultipartBodyBuilder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Errors as a server sends them: what callers see of them, and what they must not see.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ErrorAnswersTests {

	private static final String TEXT = "The merger with Globex is secret: \"tell\" no one, not even Zoë 😀!\nSigned.";

	private static final List<String> PIECES = List.of("merger with", "Globex", "tell\" no one", "not even", "Signed.",
			"xi-api-key\":", Wire.KEY, Wire.KEY.substring(3, 30));

	@ParameterizedTest
	@EnumSource(Form.class)
	void aServerThatEchoesEverythingGetsNothingIntoTheError(Form form) throws Exception {
		for (int shape = 0; shape < 8; shape++) {
			try (ScriptedServer server = ScriptedServer.follow(echo(shape))) {
				Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(),
						SpeechRequest.builder(TEXT)
							.previousText("Before that, the merger with was agreed")
							.nextText("After that, Globex was not even happy")
							.build()));
				assertSilent(outcome.failure(), "shape " + shape);
				assertThat(outcome.failure()).hasMessageContaining("Remedy");
			}
		}
	}

	@Test
	void whatAnExchangeSendsIsNotEchoedEither() throws Exception {
		MultipartBodyBuilder parts = new MultipartBodyBuilder();
		parts.part("text", TEXT);
		for (ApiRequest request : List.of(
				ApiRequest.post("/v1/x").body(java.util.Map.of("text", TEXT, "inputs", List.of("Globex"))),
				ApiRequest.post("/v1/x").parts(parts.build()))) {
			for (int shape = 0; shape < 8; shape++) {
				try (ScriptedServer server = ScriptedServer.follow(echo(shape, TEXT))) {
					Outcome outcome = Outcome
						.of(Wire.to(server.uri()).template().exchange(request, Object.class).flux());
					assertSilent(outcome.failure(), "shape " + shape);
				}
			}
		}
	}

	/**
	 * What was sent is looked at to keep it out of the message; Jackson does not read
	 * such a number back.
	 */
	@Test
	void anErrorIsOneThoughWhatWasSentCannotBeRead() throws Exception {
		ApiRequest request = ApiRequest.post("/v1/x")
			.body(java.util.Map.of("number", java.math.BigInteger.TEN.pow(1_200)));
		String body = "{\"detail\":{\"status\":\"invalid\",\"message\":\"No such number\"}}";
		try (ScriptedServer server = ScriptedServer
			.send("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
					+ "Connection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)) {
			Outcome outcome = Outcome.of(Wire.to(server.uri()).template().exchange(request, Object.class).flux());
			assertThat(outcome.failure()).isInstanceOfSatisfying(ElevenLabsApiException.class,
					(error) -> assertThat(error.getKind()).isEqualTo(ErrorKind.INVALID));
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 301, 302, 303, 307, 308 })
	void aRedirectIsNotFollowedAndTheOtherServerNeverSeesTheKey(int status) throws Exception {
		try (ScriptedServer other = ScriptedServer
			.send("HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nConnection: close\r\nContent-Length: 3\r\n\r\nID3");
				ScriptedServer server = ScriptedServer.send("HTTP/1.1 " + status + " Elsewhere\r\nLocation: "
						+ other.uri() + "/v1/text-to-speech/x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) {
			for (Form form : Form.values()) {
				Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), SpeechRequest.of("Hi")));
				assertThat(outcome.failure()).isInstanceOf(ElevenLabsApiException.class)
					.hasMessageContaining("redirect")
					.hasMessageContaining("elevenlabs.base-url");
				assertThat(((ElevenLabsApiException) outcome.failure()).getHttpStatus()).isEqualTo(status);
			}
			assertThat(other.requests()).isEmpty();
			assertThat(server.requests()).hasSize(Form.values().length);
		}
	}

	@Test
	void aWaitTheServerNamesReachesTheCaller() throws Exception {
		try (ScriptedServer server = ScriptedServer
			.send("HTTP/1.1 429 Slow\r\nRetry-After: 17\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) {
			Outcome outcome = Outcome.of(Form.STREAM.call(Wire.to(server.uri()).template(), SpeechRequest.of("Hi")));
			assertThat(outcome.failure().getRetryAfter()).hasSeconds(17);
		}
	}

	@Test
	void outOfCreditsWith401IsNotAWrongKey() throws Exception {
		String body = "{\"detail\":{\"status\":\"quota_exceeded\",\"message\":\"This request exceeds your quota of"
				+ " 10000. You have 5 credits remaining, while 17 credits are required for this request.\"}}";
		try (ScriptedServer server = ScriptedServer
			.send("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n"
					+ body)) {
			for (Form form : Form.values()) {
				Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), SpeechRequest.of("Hi")));
				assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.QUOTA);
				assertThat(outcome.failure()).hasMessageContaining("17 credits are required")
					.hasMessageContaining("top up");
				assertThat(outcome.failure().isRetryable()).isFalse();
			}
		}
	}

	@Test
	void anUnknownVoiceIsNotFound() throws Exception {
		String body = "{\"detail\":{\"type\":\"not_found\",\"code\":\"voice_not_found\",\"message\":\"A voice with the"
				+ " voice_id nobody was not found.\",\"status\":\"voice_not_found\",\"request_id\":\"abc\"}}";
		try (ScriptedServer server = ScriptedServer
			.send("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n"
					+ body)) {
			Outcome outcome = Outcome
				.of(Form.CONVERT.call(Wire.to(server.uri()).template(), SpeechRequest.of("Hello you").voice("nobody")));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.NOT_FOUND);
			assertThat(outcome.failure()).hasMessageContaining("voice_id nobody was not found")
				.hasMessageContaining("check the id");
		}
	}

	@Test
	void aFormatThePlanLacksIsInvalidThough403() throws Exception {
		String body = "{\"detail\":{\"status\":\"invalid_output_format\",\"message\":\"Not on your tier.\"}}";
		try (ScriptedServer server = ScriptedServer
			.send("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: " + body.length() + "\r\n\r\n"
					+ body)) {
			Outcome outcome = Outcome.of(Form.CONVERT.call(Wire.to(server.uri()).template(), SpeechRequest.of("Hi")));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.INVALID);
			assertThat(outcome.failure()).hasMessageContaining("choose another output format");
		}
	}

	@Test
	void aCallWithoutAKeyIsRefusedHere() throws Exception {
		try (ScriptedServer server = ScriptedServer.send("")) {
			for (String key : new String[] { null, "", "  " }) {
				Outcome outcome = Outcome
					.of(Form.CONVERT.call(Wire.to(server.uri()).apiKey(key).template(), SpeechRequest.of("Hi")));
				assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.AUTH);
				assertThat(outcome.failure()).hasMessageContaining("ELEVENLABS_API_KEY");
			}
			assertThat(server.requests()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "sk_with_a_line_break\n", "sk_with\rreturn", "sk_\u0000zero", "sk_schlüssel", "sk_a b",
			"“sk_quoted”" })
	void aKeyThatCannotBeOneIsRefusedHereAndNotShown(String key) throws Exception {
		try (ScriptedServer server = ScriptedServer.send("")) {
			Outcome outcome = Outcome
				.of(Form.CONVERT.call(Wire.to(server.uri()).apiKey(key).template(), SpeechRequest.of("Hi")));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.AUTH);
			assertThat(outcome.failure()).hasMessageContaining("line break").hasMessageContaining("elevenlabs.api-key");
			assertThat(trace(outcome.failure())).doesNotContain("sk_");
			assertThat(server.requests()).isEmpty();
		}
	}

	private static Script echo(int shape) {
		return (peer) -> echo(shape, JsonMapper.shared().readTree(peer.request().body()).get("text").asString())
			.run(peer);
	}

	/**
	 * Answer with what was sent, in one shape after the other.
	 */
	private static Script echo(int shape, String text) {
		return (peer) -> {
			JsonMapper json = JsonMapper.shared();
			String all = text + " " + Wire.KEY + " " + peer.request().head() + peer.request().body();
			Object detail = switch (shape) {
				case 0 -> java.util.Map.of("code", all, "status", all, "message", all, "request_id", all);
				case 1 -> java.util.Map.of("code", Wire.KEY, "status", Wire.KEY, "message", text, "request_id",
						Wire.KEY, "param", all);
				case 2 -> List.of(java.util.Map.of("loc", List.of("body", text, Wire.KEY), "msg", "bad value " + text,
						"input", all, "ctx", java.util.Map.of("given", all)));
				case 3 -> all;
				case 4 -> "Bad text '" + text + "'";
				case 5 -> java.util.Map.of("code", "Globex", "message", json.writeValueAsString(text));
				default -> "";
			};
			String body = switch (shape) {
				case 6 -> "<html><body>" + all + "</body></html>";
				case 7 -> all;
				default -> json.writeValueAsString(java.util.Map.of("detail", detail));
			};
			byte[] bytes = body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
			peer.send("HTTP/1.1 400 Globex\r\nx-trace-id: " + Wire.KEY + "\r\nrequest-id: Globex\r\nRetry-After: "
					+ Wire.KEY + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
					+ bytes.length + "\r\n\r\n")
				.send(bytes);
		};
	}

	private static void assertSilent(ElevenLabsException error, String shape) {
		String trace = trace(error);
		if (error instanceof ElevenLabsApiException api) {
			trace += api.getCode() + api.getStatus() + api.getTraceId();
		}
		for (String piece : PIECES) {
			assertThat(trace).as(shape).doesNotContain(piece);
		}
	}

	private static String trace(Throwable error) {
		StringWriter trace = new StringWriter();
		error.printStackTrace(new PrintWriter(trace));
		return trace.toString();
	}

}
