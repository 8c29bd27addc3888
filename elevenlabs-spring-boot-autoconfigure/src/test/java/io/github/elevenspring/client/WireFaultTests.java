package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.TimedSpeech;
import io.github.elevenspring.template.ElevenLabsTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import org.springframework.web.util.DisconnectedClientHelper;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What callers get when the other end, or the way to it, misbehaves. Whatever the fault:
 * the call ends in time, with the right kind, and part of an answer never passes for the
 * whole.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WireFaultTests {

	private static final SpeechRequest REQUEST = SpeechRequest.of("Hi");

	private static final Duration SHORT = Duration.ofMillis(300);

	private static final String DETAIL = "{\"detail\":{\"status\":\"quota_exceeded\","
			+ "\"message\":\"This request exceeds your quota.\"}}";

	private static final String HTML = "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>";

	@ParameterizedTest
	@EnumSource(Form.class)
	void aWholeAnswerInOddPiecesIsWhole(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(chunked(form.contentType()));
			for (byte value : form.beginning()) {
				peer.sendChunk(new byte[] { value });
			}
			peer.sendChunk(form.rest()).endChunks();
		})) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST));
			assertThat(outcome.error()).isNull();
			assertThat(audioOf(outcome)).isEqualTo(wholeAudio(form));
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aBodyShorterThanItsContentLengthIsAnErrorThatCountsTheBytes(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer
			.follow((peer) -> peer.send(sized(200, form.contentType(), 5000)).send(form.beginning()))) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST));
			assertBroken(form, outcome);
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aBodyInChunksWithoutAnEndIsAnErrorThatCountsTheBytes(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer
			.follow((peer) -> peer.send(chunked(form.contentType())).sendChunk(form.beginning()))) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST));
			assertBroken(form, outcome);
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aChunkThatIsCutIsAnError(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> peer.send(chunked(form.contentType()))
			.sendChunk(form.beginning())
			.send("ff\r\nonly a part"))) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.NETWORK);
			assertThat(outcome.failure().getBytesReceived()).isGreaterThanOrEqualTo(form.beginning().length);
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aResetInTheMiddleIsAnErrorThatCountsTheBytes(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(chunked(form.contentType())).sendChunk(form.beginning()).pause(Duration.ofMillis(100));
			peer.reset();
		})) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST));
			assertBroken(form, outcome);
			assertThat(server.requests()).hasSize(1);
			assertThat(DisconnectedClientHelper.isClientDisconnectedException(outcome.failure()))
				.as("WebFlux takes it for a browser that went away")
				.isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void silenceAfterTheHeadersIsATimeoutThatHangsUp(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> peer.send(chunked(form.contentType())).stall())) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).firstByte(SHORT).template(), REQUEST));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.TIMEOUT);
			assertThat(outcome.failure().getBytesReceived()).isZero();
			assertThat(outcome.failure()).hasMessageContaining("elevenlabs.timeout.first-byte");
			assertThat(outcome.received()).isEmpty();
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void silenceInTheMiddleIsATimeoutThatHangsUp(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer
			.follow((peer) -> peer.send(chunked(form.contentType())).sendChunk(form.beginning()).stall())) {
			long start = System.nanoTime();
			Outcome outcome = Outcome
				.of(form.call(Wire.to(server.uri()).idle(SHORT).firstByte(Duration.ofSeconds(8)).template(), REQUEST));
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.TIMEOUT);
			assertThat(outcome.failure().getBytesReceived()).isEqualTo(form.beginning().length);
			assertThat(outcome.failure()).hasMessageContaining("elevenlabs.timeout.idle");
			assertThat(outcome.received()).hasSize(form.streams() ? 1 : 0);
			assertThat(outcome.failure().isRetryable()).isFalse();
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aSlowDripWithinTheLimitsIsNoTimeout(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(chunked(form.contentType()));
			byte[] body = join(form.beginning(), form.rest());
			int step = Math.max(1, body.length / 12);
			for (int start = 0; start < body.length; start += step) {
				peer.sendChunk(Arrays.copyOfRange(body, start, Math.min(body.length, start + step)))
					.pause(Duration.ofMillis(60));
			}
			peer.endChunks();
		})) {
			Outcome outcome = Outcome
				.of(form.call(Wire.to(server.uri()).idle(Duration.ofMillis(400)).firstByte(SHORT).template(), REQUEST));
			assertThat(outcome.error()).isNull();
			assertThat(audioOf(outcome)).isEqualTo(wholeAudio(form));
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void aGarbageStatusLineIsANetworkError(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.send("HELO this is not http\r\n\r\nID3 audio")) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST));
			assertThat(outcome.failure()).isInstanceOf(ElevenLabsTransportException.class);
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.NETWORK);
			assertThat(outcome.received()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void anErrorStatusSurvivesABodyThatStalls(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer
			.follow((peer) -> peer.send(sized(429, "application/json", 5000)).send("{\"detail\":").stall())) {
			Outcome outcome = Outcome
				.of(form.call(Wire.to(server.uri()).firstByte(SHORT).idle(SHORT).template(), REQUEST));
			assertStatus(outcome, 429, ErrorKind.RATE);
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void anErrorStatusSurvivesABodyThatIsCut(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer
			.follow((peer) -> peer.send(sized(503, "application/json", 5000)).send("{\"detail\":"))) {
			assertStatus(Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST)), 503, ErrorKind.SERVER);
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void anErrorStatusSurvivesABodyThatNeverEnds(Form form) throws Exception {
		AtomicLong sent = new AtomicLong();
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(chunked(500, "text/html"));
			byte[] block = HTML.repeat(100).getBytes(StandardCharsets.UTF_8);
			while (!peer.isGone()) {
				peer.sendChunk(block);
				sent.addAndGet(block.length);
			}
		})) {
			assertStatus(Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST)), 500, ErrorKind.SERVER);
			assertThat(server.isLeftAlone()).isTrue();
			assertThat(sent.get()).isLessThan(32 * 1024 * 1024);
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void anErrorStatusWithTheTypeOfAudioIsAnErrorAllTheSame(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.send(sized(502, "audio/mpeg", 12) + "ID3 an error")) {
			assertStatus(Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST)), 502, ErrorKind.SERVER);
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void anEmptyBodyIsAnError(Form form) throws Exception {
		for (String response : List.of(sized(200, form.contentType(), 0), chunked(form.contentType()) + "0\r\n\r\n",
				"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n")) {
			try (ScriptedServer server = ScriptedServer.send(response)) {
				Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST));
				assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.SERVER);
				assertThat(outcome.failure()).hasMessageContaining("empty body").hasMessageContaining("Remedy");
				assertThat(outcome.failure().getBytesReceived()).isZero();
			}
		}
	}

	static List<Object[]> disguises() {
		return Arrays.stream(Form.values())
			.flatMap((form) -> List.of("application/json", "audio/mpeg", "application/octet-stream", "nonsense", "")
				.stream()
				.map((type) -> new Object[] { form, type }))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("disguises")
	void anErrorWithStatus200IsTheErrorItIs(Form form, String contentType) throws Exception {
		for (String body : List.of(DETAIL, " \r\n" + DETAIL)) {
			try (ScriptedServer server = ScriptedServer.send(sized(200, contentType, body.length()) + body)) {
				assertQuota(Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST)));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "pcm_16000", "ulaw_8000", "alaw_8000", "wav_24000", "opus_48000_64", "brandnew_1" })
	void anErrorWithStatus200NeverBecomesAudioInAnyFormat(String format) throws Exception {
		SpeechRequest request = REQUEST.format(OutputFormat.of(format));
		for (Form form : List.of(Form.CONVERT, Form.STREAM, Form.STREAM_WITH_FUNCTION)) {
			try (ScriptedServer server = ScriptedServer.follow((peer) -> {
				peer.send(chunked("audio/pcm")).sendChunk(DETAIL.substring(0, 4)).pause(Duration.ofMillis(50));
				peer.sendChunk(DETAIL.substring(4)).endChunks();
			})) {
				assertQuota(Outcome.of(form.call(Wire.to(server.uri()).template(), request)));
			}
			try (ScriptedServer server = ScriptedServer.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + HTML)) {
				Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), request));
				assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.SERVER);
				assertThat(outcome.received()).isEmpty();
			}
		}
	}

	@Test
	void rawSamplesThatLookLikePunctuationAreAudio() throws Exception {
		for (String audio : List.of("{", "{\"det", "<samples", "[ 1 2 3", "  \n ", "{\"audio")) {
			try (ScriptedServer server = ScriptedServer.send(sized(200, "audio/pcm", audio.length()) + audio)) {
				Outcome outcome = Outcome
					.of(Form.CONVERT.call(Wire.to(server.uri()).template(), REQUEST.format(OutputFormat.PCM_16000)));
				assertThat(outcome.error()).isNull();
				assertThat(audioOf(outcome)).isEqualTo(audio.getBytes(StandardCharsets.UTF_8));
			}
		}
	}

	static List<Object[]> pages() {
		return Arrays.stream(Form.values())
			.flatMap((form) -> List.of("text/html", "audio/mpeg", "application/json", "")
				.stream()
				.map((type) -> new Object[] { form, type }))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("pages")
	void anHtmlPageWithStatus200IsAnError(Form form, String contentType) throws Exception {
		try (ScriptedServer server = ScriptedServer.send(sized(200, contentType, HTML.length()) + HTML)) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.SERVER);
			assertThat(outcome.failure()).hasMessageContaining("proxy");
			assertThat(outcome.failure().getMessage()).doesNotContain("Gateway");
			assertThat(outcome.received()).isEmpty();
		}
	}

	@Test
	void audioWhereJsonIsExpectedIsAnError() throws Exception {
		try (ScriptedServer server = ScriptedServer.send(sized(200, "audio/mpeg", 10) + "ID3 audio.")) {
			for (Form form : List.of(Form.CONVERT_WITH_TIMESTAMPS, Form.STREAM_WITH_TIMESTAMPS)) {
				Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST));
				assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.SERVER);
			}
		}
	}

	@Test
	void jsonThatIsCutInAWholeBodyIsAnError() throws Exception {
		String body = Form.LINE.substring(0, 40);
		try (ScriptedServer server = ScriptedServer.send(sized(200, "application/json", body.length()) + body)) {
			ElevenLabsTemplate template = Wire.to(server.uri()).template();
			for (Flux<?> call : List.of(template.speech().convertWithTimestamps(REQUEST).flux(),
					template.speech().streamWithTimestamps(REQUEST),
					template.voices().list(io.github.elevenspring.model.voice.VoiceQuery.all()),
					template.voices().get("v").flux(), template.voices().settings("v").flux(),
					template.voices().defaultSettings().flux(), template.models().list(),
					template.account().user().flux(), template.account().subscription().flux(),
					template.exchange(io.github.elevenspring.model.ApiRequest.get("/v1/x"), Object.class).flux())) {
				Outcome outcome = Outcome.of(call);
				assertThat(outcome.failure()).isInstanceOf(ElevenLabsApiException.class);
				assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.SERVER);
				assertThat(outcome.failure().getBytesReceived()).isEqualTo(40);
				assertThat(outcome.failure()).hasMessageContaining("cut off").hasMessageContaining("try again");
				assertThat(outcome.received()).isEmpty();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "[]", "{\"error\":\"no\"}", "{\"audio_base64\":null}", "{\"audio_base64\":\"\"}",
			"{\"audio_base64\":\"###\"}", "{\"audio_base64\":5.5}", "{\"audio_base64\":\"//uQ\"} trailing",
			"{\"audio_base64\":\"//uQ\",\"alignment\":{\"characters\":[\"a\"]}}" })
	void jsonThatIsNotSpeechWithTimesIsAnErrorAndNotEmptySpeech(String body) throws Exception {
		try (ScriptedServer server = ScriptedServer.send(sized(200, "application/json", body.length()) + body)) {
			Outcome outcome = Outcome.of(Form.CONVERT_WITH_TIMESTAMPS.call(Wire.to(server.uri()).template(), REQUEST));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.SERVER);
			assertThat(outcome.received()).isEmpty();
		}
	}

	@Test
	void linesMayBeBlankOrSplitAnywhereAndEndAnyway() throws Exception {
		String line = "{\"audio_base64\":\"//uQ\",\"alignment\":{\"characters\":[\"ü\",\"😀\"],"
				+ "\"character_start_times_seconds\":[0,1],\"character_end_times_seconds\":[1,2]}}";
		byte[] body = ("\n\r\n \n" + line + "\r\n\n\n" + line + "\n  \r\n" + line).getBytes(StandardCharsets.UTF_8);
		for (int size : List.of(1, 2, 3, 7, 64, body.length)) {
			try (ScriptedServer server = ScriptedServer.follow((peer) -> {
				peer.send(chunked("application/json"));
				for (int start = 0; start < body.length; start += size) {
					peer.sendChunk(Arrays.copyOfRange(body, start, Math.min(body.length, start + size)));
				}
				peer.endChunks();
			})) {
				Outcome outcome = Outcome
					.of(Form.STREAM_WITH_TIMESTAMPS.call(Wire.to(server.uri()).template(), REQUEST));
				assertThat(outcome.error()).isNull();
				assertThat(outcome.received()).hasSize(3)
					.allSatisfy((part) -> assertThat(((TimedSpeech) part).alignment().characters()).containsExactly("ü",
							"😀"));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"audio_base64\":", "null", "true", "[]", "plain words", "<html>", "{}",
			"{\"error\":\"x\"}" })
	void aBadLineInTheMiddleEndsTheStreamAfterTheGoodOnes(String bad) throws Exception {
		String body = Form.LINE + Form.LINE + bad + "\n" + Form.LINE;
		try (ScriptedServer server = ScriptedServer.send(sized(200, "application/json", body.length()) + body)) {
			Outcome outcome = Outcome.of(Form.STREAM_WITH_TIMESTAMPS.call(Wire.to(server.uri()).template(), REQUEST));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.SERVER);
			assertThat(outcome.failure().isRetryable()).isFalse();
			assertThat(outcome.received()).hasSize(2);
		}
	}

	@Test
	void anErrorLineInTheMiddleEndsTheStreamWithThatError() throws Exception {
		String body = Form.LINE + DETAIL + "\n" + Form.LINE;
		try (ScriptedServer server = ScriptedServer.send(sized(200, "application/json", body.length()) + body)) {
			Outcome outcome = Outcome.of(Form.STREAM_WITH_TIMESTAMPS.call(Wire.to(server.uri()).template(), REQUEST));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.QUOTA);
			assertThat(outcome.failure().getBytesReceived()).isPositive();
			assertThat(outcome.received()).hasSize(1);
		}
	}

	@Test
	void aLineWithoutAnEndIsBoundedInMemory() throws Exception {
		AtomicLong sent = new AtomicLong();
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(chunked("application/json")).sendChunk(Form.LINE).sendChunk("{\"audio_base64\":\"");
			byte[] block = "A".repeat(8192).getBytes(StandardCharsets.UTF_8);
			while (!peer.isGone()) {
				peer.sendChunk(block);
				sent.addAndGet(block.length);
			}
		})) {
			Outcome outcome = Outcome
				.of(Form.STREAM_WITH_TIMESTAMPS.call(Wire.to(server.uri()).mostInMemory(100_000).template(), REQUEST));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.SERVER);
			assertThat(outcome.failure()).hasMessageContaining("elevenlabs.max-in-memory-size");
			assertThat(outcome.received()).hasSize(1);
			assertThat(server.isLeftAlone()).isTrue();
			assertThat(sent.get()).isLessThan(32 * 1024 * 1024);
		}
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "CONVERT", "CONVERT_WITH_TIMESTAMPS" })
	void aWholeLargerThanMemoryAllowsIsAnErrorThatHangsUp(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(chunked(form.contentType())).sendChunk(form.beginning());
			byte[] block = "A".repeat(8192).getBytes(StandardCharsets.UTF_8);
			while (!peer.isGone()) {
				peer.sendChunk(block);
			}
		})) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).mostInMemory(100_000).template(), REQUEST));
			assertThat(outcome.failure()).hasMessageContaining("elevenlabs.max-in-memory-size");
			assertThat(outcome.failure().isRetryable()).isFalse();
			assertThat(outcome.received()).isEmpty();
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "STREAM", "STREAM_WITH_FUNCTION", "STREAM_WITH_TIMESTAMPS" })
	void cancellingInTheMiddleHangsUp(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(chunked(form.contentType()));
			while (!peer.isGone()) {
				peer.sendChunk(form.beginning());
			}
		})) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST).take(3));
			assertThat(outcome.error()).isNull();
			assertThat(outcome.received()).hasSize(3);
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	@Test
	void aReplyWhoseAudioIsNeverReadHangsUp() throws Exception {
		try (ScriptedServer server = ScriptedServer
			.follow((peer) -> peer.send(chunked("audio/mpeg")).sendChunk("ID3").stall())) {
			Outcome outcome = Outcome
				.of(Wire.to(server.uri()).template().speech().stream(REQUEST, (reply) -> Flux.just(reply.format())));
			assertThat(outcome.received()).containsExactly(OutputFormat.MP3_44100_128);
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	@ParameterizedTest
	@CsvSource({ "CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "MALFORMED_RESPONSE_CHUNK", "RANDOM_DATA_THEN_CLOSE" })
	void faultsBelowHttpAreNetworkErrorsAndAreNotRepeated(Fault fault) {
		WireMockServer server = new WireMockServer(options().dynamicPort());
		server.start();
		try {
			server.stubFor(any(anyUrl()).willReturn(aResponse().withFault(fault)));
			ElevenLabsTemplate template = Wire.to(java.net.URI.create(server.baseUrl())).template();
			int calls = 0;
			for (Form form : Form.values()) {
				Outcome outcome = Outcome.of(form.call(template, REQUEST));
				assertThat(outcome.failure().getKind()).as(form.name()).isEqualTo(ErrorKind.NETWORK);
				assertThat(outcome.failure().getMessage()).contains("localhost").contains("try again");
				assertThat(outcome.received()).isEmpty();
				calls++;
			}
			assertThat(server.getAllServeEvents()).hasSize(calls);
		}
		finally {
			server.stop();
		}
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, mode = Mode.EXCLUDE, names = "CONVERT_WITH_TIMESTAMPS")
	void aBodyThatEndsWithItsConnectionIsWhole(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> peer
			.send("HTTP/1.1 200 OK\r\nContent-Type: " + form.contentType() + "\r\nConnection: close\r\n\r\n")
			.send(form.beginning())
			.send(form.rest()))) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).template(), REQUEST));
			assertThat(outcome.error()).isNull();
			assertThat(audioOf(outcome)).isEqualTo(wholeAudio(form));
		}
	}

	private static void assertBroken(Form form, Outcome outcome) {
		ElevenLabsException failure = outcome.failure();
		assertThat(failure.getKind()).isEqualTo(ErrorKind.NETWORK);
		assertThat(failure.getBytesReceived()).isEqualTo(form.beginning().length);
		assertThat(failure).hasMessageContaining("broke after " + form.beginning().length + " bytes")
			.hasMessageContaining("not the whole");
		assertThat(failure.isRetryable()).isFalse();
		assertThat(outcome.received()).hasSize(form.streams() ? 1 : 0);
	}

	private static void assertStatus(Outcome outcome, int status, ErrorKind kind) {
		assertThat(outcome.failure()).isInstanceOf(ElevenLabsApiException.class);
		assertThat(((ElevenLabsApiException) outcome.failure()).getHttpStatus()).isEqualTo(status);
		assertThat(outcome.failure().getKind()).isEqualTo(kind);
		assertThat(outcome.failure()).hasMessageContaining("HTTP " + status).hasMessageContaining("Remedy");
		assertThat(outcome.failure().getBytesReceived()).isZero();
		assertThat(outcome.received()).isEmpty();
	}

	private static void assertQuota(Outcome outcome) {
		assertThat(outcome.failure()).isInstanceOf(ElevenLabsApiException.class);
		assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.QUOTA);
		assertThat(outcome.failure()).hasMessageContaining("HTTP 200")
			.hasMessageContaining("This request exceeds your quota")
			.hasMessageContaining("top up");
		assertThat(outcome.failure().getBytesReceived()).isZero();
		assertThat(outcome.received()).isEmpty();
	}

	private static byte[] audioOf(Outcome outcome) {
		byte[] audio = new byte[0];
		for (Object part : outcome.received()) {
			if (part instanceof Speech speech) {
				audio = join(audio, speech.audio());
			}
			else if (part instanceof TimedSpeech timed) {
				audio = join(audio, timed.audio());
			}
			else {
				audio = join(audio, (byte[]) part);
			}
		}
		return audio;
	}

	private static byte[] wholeAudio(Form form) {
		byte[] ofLine = { (byte) 0xff, (byte) 0xfb, (byte) 0x90, 0, 0, 0 };
		return switch (form) {
			case CONVERT_WITH_TIMESTAMPS -> ofLine;
			case STREAM_WITH_TIMESTAMPS -> join(ofLine, ofLine);
			default -> join(form.beginning(), form.rest());
		};
	}

	private static byte[] join(byte[] first, byte[] second) {
		byte[] both = Arrays.copyOf(first, first.length + second.length);
		System.arraycopy(second, 0, both, first.length, second.length);
		return both;
	}

	private static String chunked(String contentType) {
		return chunked(200, contentType);
	}

	private static String chunked(int status, String contentType) {
		return "HTTP/1.1 " + status + " Whatever\r\nContent-Type: " + contentType
				+ "\r\nTransfer-Encoding: chunked\r\n\r\n";
	}

	private static String sized(int status, String contentType, int length) {
		return "HTTP/1.1 " + status + " Whatever\r\n"
				+ (contentType.isEmpty() ? "" : "Content-Type: " + contentType + "\r\n")
				+ "Connection: close\r\nContent-Length: " + length + "\r\n\r\n";
	}

}
