package io.github.elevenspring.sample.speech;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CacheResult;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.Delivery;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.ReplyMetadata;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.voice.VoiceSettings;
import io.github.elevenspring.sample.FakeElevenLabs;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * Tests for {@link SpeechController} and the problems it answers with.
 */
@WebFluxTest(SpeechController.class)
@Import(FakeElevenLabs.class)
class SpeechControllerTests {

	@Autowired
	private WebTestClient client;

	@Autowired
	private FakeElevenLabs elevenLabs;

	@BeforeEach
	void speak() {
		this.elevenLabs.speakWith(Flux.just(new byte[] { 1, 2 }, new byte[] { 3 }));
	}

	@Test
	void streamsTheAudioAsItIs() {
		post(Map.of("text", "Hello")).expectStatus().isOk().expectBody(byte[].class).isEqualTo(new byte[] { 1, 2, 3 });
	}

	@ParameterizedTest
	@CsvSource({ "mp3_44100_128, audio/mpeg", "pcm_24000, audio/pcm", "wav_24000, audio/wav", "ulaw_8000, audio/basic",
			"opus_48000_64, audio/ogg" })
	void namesTheTypeOfTheAudio(String format, String type) {
		post(Map.of("text", "Hello", "outputFormat", format)).expectStatus()
			.isOk()
			.expectHeader()
			.contentType(type)
			.expectHeader()
			.cacheControl(CacheControl.noStore());
		assertThat(asked().outputFormat()).isEqualTo(OutputFormat.of(format));
	}

	@Test
	void namesTheRequestAndItsCost() {
		this.elevenLabs.speakWith(Flux.just(new byte[1]),
				new ReplyMetadata("request-1", "trace-1", null, 28L, null, null, null, null));
		post(Map.of("text", "Hello")).expectHeader()
			.valueEquals("X-Request-Id", "request-1")
			.expectHeader()
			.valueEquals("X-Billed-Credits", "28");
	}

	@Test
	void saysThatAFallbackSpoke() {
		Degradation degradation = new Degradation(Degradation.Kind.STALE_CACHE, ErrorKind.NETWORK, null, null);
		this.elevenLabs.deliverAs(new Delivery(1, Duration.ZERO, CacheResult.HIT, degradation));
		post(Map.of("text", "Hello")).expectHeader()
			.valueEquals("X-Degraded", "stale-cache")
			.expectHeader()
			.valueEquals("X-Cache", "hit");
	}

	@Test
	void namesTheTypeOfWhatTheFallbackSpoke() {
		Degradation degradation = new Degradation(Degradation.Kind.ENGINE, ErrorKind.NETWORK, "freetts",
				OutputFormat.WAV_24000);
		this.elevenLabs.deliverAs(new Delivery(1, Duration.ZERO, CacheResult.NONE, degradation));
		post(Map.of("text", "Hello", "outputFormat", "mp3_44100_128")).expectHeader()
			.valueEquals("X-Degraded", "engine")
			.expectHeader()
			.contentType("audio/wav")
			.expectHeader()
			.doesNotExist("X-Cache");
	}

	@ParameterizedTest
	@CsvSource({ "true, true", "false, false" })
	void letsTheClientRefuseAFallback(String header, boolean allowed) {
		this.client.post()
			.uri("/api/speech")
			.header("X-Fallback", header)
			.bodyValue(Map.of("text", "Hello"))
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.doesNotExist("X-Degraded");
		assertThat(asked().options().fallbackAllowed()).isEqualTo(allowed);
	}

	@Test
	void namesTheTraceWhereTheRequestHasNoName() {
		this.elevenLabs.speakWith(Flux.just(new byte[1]),
				new ReplyMetadata(null, "trace-1", null, null, null, null, null, null));
		post(Map.of("text", "Hello")).expectHeader()
			.valueEquals("X-Request-Id", "trace-1")
			.expectHeader()
			.doesNotExist("X-Billed-Credits");
	}

	@Test
	void asksForWhatTheClientChose() {
		post(Map.of("text", "Hello", "voiceId", "voice-1", "modelId", "model-1", "voiceSettings",
				Map.of("stability", 0.3, "speed", 1.1)))
			.expectStatus()
			.isOk();
		SpeechRequest asked = asked();
		assertThat(asked.text()).isEqualTo("Hello");
		assertThat(asked.voiceId()).isEqualTo("voice-1");
		assertThat(asked.modelId()).isEqualTo("model-1");
		assertThat(asked.voiceSettings()).isEqualTo(VoiceSettings.stored().withStability(0.3).withSpeed(1.1));
	}

	@Test
	void leavesTheRestToTheDefaults() {
		post(Map.of("text", "Hello", "voiceId", " ")).expectStatus().isOk();
		SpeechRequest asked = asked();
		assertThat(asked).isEqualTo(SpeechRequest.of("Hello").priority(Priority.INTERACTIVE));
	}

	@ParameterizedTest
	@CsvSource({ "interactive, INTERACTIVE", "NORMAL, NORMAL", "Batch, BATCH" })
	void readsThePriority(String header, Priority priority) {
		this.client.post()
			.uri("/api/speech")
			.header("X-Priority", header)
			.header("X-User-Id", "ada")
			.bodyValue(Map.of("text", "Hello"))
			.exchange()
			.expectStatus()
			.isOk();
		assertThat(asked().options().priority()).isEqualTo(priority);
		assertThat(asked().options().tenant()).isEqualTo("ada");
	}

	@Test
	void refusesAnotherPriority() {
		Problem problem = problem(this.client.post()
			.uri("/api/speech")
			.header("X-Priority", "urgent")
			.bodyValue(Map.of("text", "Hello"))
			.exchange(), HttpStatus.BAD_REQUEST);
		assertThat(problem.detail()).isEqualTo("X-Priority is one of interactive, normal and batch.");
		assertThat(this.elevenLabs.speechRequests()).isEmpty();
	}

	@Test
	void refusesALongUserId() {
		Problem problem = problem(this.client.post()
			.uri("/api/speech")
			.header("X-User-Id", "x".repeat(129))
			.bodyValue(Map.of("text", "Hello"))
			.exchange(), HttpStatus.BAD_REQUEST);
		assertThat(problem.detail()).isEqualTo("X-User-Id must not be longer than 128 characters.");
	}

	@ParameterizedTest
	@MethodSource
	void saysWhatIsWrongWithTheBody(String body, String detail) {
		Problem problem = problem(send(body), HttpStatus.BAD_REQUEST);
		assertThat(problem.detail()).isEqualTo(detail);
		assertThat(problem.properties()).containsExactly(entry("kind", "invalid"));
	}

	static Stream<Arguments> saysWhatIsWrongWithTheBody() {
		return Stream.of(Arguments.of("{\"text\": \"Hel", "The body is not valid JSON: see line 1, column 14."),
				Arguments.of("[]", "The body is not what was expected: see line 1, column 1."),
				Arguments.of("{\"text\": {\"a\": 1}}", "The value of 'text' has the wrong type."),
				Arguments.of("{\"text\": \"Hi\", \"voiceSettings\": {\"speed\": \"fast\"}}",
						"The value of 'voiceSettings.speed' has the wrong type."),
				Arguments.of("{\"text\": \"Hi\", \"voiceSettings\": {\"stability\": 7}}",
						"'stability' must be between 0.0 and 1.0, but is 7.0"),
				Arguments.of("{\"text\": \"Hi\", \"outputFormat\": \"MP3!\"}",
						"'MP3!' is not an output format: one looks like mp3_44100_128 or pcm_16000"));
	}

	@Test
	void saysThatTheBodyIsMissing() {
		Problem problem = problem(
				this.client.post().uri("/api/speech").contentType(MediaType.APPLICATION_JSON).exchange(),
				HttpStatus.BAD_REQUEST);
		assertThat(problem.detail()).isEqualTo("The body is missing. Send JSON such as {\"text\": \"Hello\"}.");
	}

	@Test
	void refusesWhatIsNotJson() {
		problem(this.client.post().uri("/api/speech").contentType(MediaType.TEXT_PLAIN).bodyValue("Hello").exchange(),
				HttpStatus.UNSUPPORTED_MEDIA_TYPE);
		problem(this.client.get().uri("/api/speech").exchange(), HttpStatus.METHOD_NOT_ALLOWED);
		problem(this.client.get().uri("/api/nothing").exchange(), HttpStatus.NOT_FOUND);
	}

	@Test
	void refusesABodyPastItsBound() {
		problem(post(Map.of("text", "x".repeat(700_000))), HttpStatus.CONTENT_TOO_LARGE);
		assertThat(this.elevenLabs.speechRequests()).isEmpty();
	}

	@Test
	void answersAnErrorInTheLanguageOfTheClient() {
		this.elevenLabs
			.refuseToSpeak(new ElevenLabsRejectedException(ErrorKind.QUEUE_FULL, "Full.", Duration.ofMillis(1200)));
		WebTestClient.ResponseSpec response = this.client.post()
			.uri("/api/speech")
			.header(HttpHeaders.ACCEPT_LANGUAGE, "de")
			.bodyValue(Map.of("text", "Hello"))
			.exchange();
		Problem problem = problem(response, HttpStatus.SERVICE_UNAVAILABLE);
		assertThat(problem.title()).isEqualTo("Zu viel auf einmal");
		assertThat(problem.detail()).endsWith("Versuchen Sie es in 2 Sekunden noch einmal.");
		assertThat(problem.properties()).containsExactly(entry("kind", "queue_full"));
		response.expectHeader().valueEquals(HttpHeaders.RETRY_AFTER, "2");
	}

	@ParameterizedTest
	@EnumSource(names = { "AUTH", "PERMISSION", "QUOTA", "SERVER", "NETWORK" })
	void keepsTheOperatorsBusinessInTheLog(ErrorKind kind) {
		this.elevenLabs.refuseToSpeak(new ElevenLabsRejectedException(kind, "Set elevenlabs.api-key."));
		assertThat(problem(post(Map.of("text", "Hello"))).detail()).doesNotContain("api-key");
	}

	@Test
	void namesTheTraceOfAnErrorAnswer() {
		this.elevenLabs.refuseToSpeak(new ElevenLabsApiException(ErrorKind.SERVER, "Failed.",
				new ElevenLabsApiException.Details(500, null, null, "trace-9", null, 0)));
		post(Map.of("text", "Hello")).expectHeader().valueEquals("X-Request-Id", "trace-9");
	}

	@Test
	void answersAnErrorBeforeTheFirstByteAsAProblem() {
		this.elevenLabs.speakWith(Flux.error(new ElevenLabsRejectedException(ErrorKind.TIMEOUT, "Late.")));
		problem(post(Map.of("text", "Hello")), HttpStatus.SERVICE_UNAVAILABLE);
	}

	@Test
	void answersWithAProblemEvenIfOnlyAudioIsAccepted() {
		this.elevenLabs.refuseToSpeak(new ElevenLabsRejectedException(ErrorKind.NOT_FOUND, "No such voice."));
		Problem problem = problem(this.client.post()
			.uri("/api/speech")
			.header(HttpHeaders.ACCEPT, "audio/mpeg")
			.bodyValue(Map.of("text", "Hello"))
			.exchange(), HttpStatus.NOT_FOUND);
		assertThat(problem.detail()).isEqualTo("No such voice.");
	}

	@Test
	void tellsNothingOfAnErrorNobodyThoughtOf() {
		this.elevenLabs.refuseToSpeak(new IllegalStateException("secret"));
		Problem problem = problem(post(Map.of("text", "Hello")), HttpStatus.INTERNAL_SERVER_ERROR);
		assertThat(problem.detail()).isEqualTo("Something went wrong here. It is in the log.");
		assertThat(problem.properties()).isEmpty();
	}

	@Test
	void tellsBrowsersWhatThePageNeverAsksFor() {
		post(Map.of("text", "Hello")).expectHeader()
			.value("Content-Security-Policy",
					(policy) -> assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe"))
			.expectHeader()
			.valueEquals("X-Content-Type-Options", "nosniff");
	}

	private SpeechRequest asked() {
		assertThat(this.elevenLabs.speechRequests()).hasSize(1);
		return this.elevenLabs.speechRequests().get(0);
	}

	private WebTestClient.ResponseSpec post(Map<String, Object> body) {
		return this.client.post().uri("/api/speech").bodyValue(body).exchange();
	}

	private WebTestClient.ResponseSpec send(String body) {
		return this.client.post().uri("/api/speech").contentType(MediaType.APPLICATION_JSON).bodyValue(body).exchange();
	}

	private static Problem problem(WebTestClient.ResponseSpec response, HttpStatus status) {
		response.expectStatus().isEqualTo(status);
		Problem problem = problem(response);
		assertThat(problem.status()).isEqualTo(status.value());
		return problem;
	}

	private static Problem problem(WebTestClient.ResponseSpec response) {
		return Problem.of(response.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody(Problem.JSON)
			.returnResult()
			.getResponseBody());
	}

}
