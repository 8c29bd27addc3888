package io.github.elevenspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.elevenspring.cache.SpeechCache;
import io.github.elevenspring.resilience.CircuitBreakers;
import io.github.elevenspring.resilience.QuotaGate;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.QuotaAnswer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.boot.webtestclient.autoconfigure.AutoConfigureWebTestClient;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.reactive.server.WebTestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the whole application over HTTP, with the simulator as ElevenLabs.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "elevenlabs.simulator.stream-speed=0", "elevenlabs.simulator.latency-factor=0" })
@AutoConfigureWebTestClient(timeout = "30s")
class SampleApplicationTests {

	private static final String TEXT = "A text that is long enough to be spoken for some seconds, one word at a time.";

	private static final long PART = 20_000;

	@Autowired
	private WebTestClient client;

	@Autowired
	private ElevenLabsSimulator simulator;

	@Autowired
	private SpeechCache cache;

	@Autowired
	private CircuitBreakers breakers;

	@Autowired
	private QuotaGate quotaGate;

	@LocalServerPort
	private int port;

	@BeforeEach
	void reset() {
		this.cache.clear().block(Duration.ofSeconds(5));
		this.simulator.start();
		this.simulator.reset();
		this.breakers.circuitBreaker(CircuitBreakers.SPEECH).reset();
		this.quotaGate.reset();
	}

	@Test
	void speaks() {
		byte[] audio = speak(Map.of("text", TEXT, "outputFormat", "wav_24000")).expectStatus()
			.isOk()
			.expectHeader()
			.contentType("audio/wav")
			.expectHeader()
			.exists("X-Request-Id")
			.expectHeader()
			.valueEquals("X-Billed-Credits", TEXT.length())
			.expectBody()
			.returnResult()
			.getResponseBody();
		assertThat(audio).startsWith("RIFF".getBytes()).hasSizeGreaterThan(100_000);
	}

	@Test
	void speaksTheSameAgainFromTheCache() {
		byte[] first = speak(Map.of("text", TEXT)).expectHeader()
			.valueEquals("X-Cache", "miss")
			.expectBody()
			.returnResult()
			.getResponseBody();
		byte[] second = speak(Map.of("text", TEXT)).expectHeader()
			.valueEquals("X-Cache", "hit")
			.expectHeader()
			.valueEquals("X-Billed-Credits", "0")
			.expectBody()
			.returnResult()
			.getResponseBody();
		assertThat(second).isEqualTo(first);
		assertThat(this.simulator.journal().requests("/stream")).hasSize(1);
	}

	@Test
	void tellsWhatIsInFlight() {
		String state = this.client.get()
			.uri("/api/traffic")
			.exchange()
			.expectStatus()
			.isOk()
			.returnResult(String.class)
			.getResponseBody()
			.blockFirst(Duration.ofSeconds(20));
		assertThat(state).contains("\"group\":\"standard\"", "\"inFlight\":0", "\"limit\":");
	}

	@Test
	void servesABurstWithinThePlan() {
		List<String> events = this.client.post()
			.uri("/api/burst")
			.exchange()
			.expectStatus()
			.isOk()
			.returnResult(String.class)
			.getResponseBody()
			.collectList()
			.block(Duration.ofSeconds(30));
		assertThat(events).hasSize(90).noneMatch((event) -> event.contains("failed"));
		assertThat(events.stream().filter((event) -> event.contains("done"))).hasSize(30);
		assertThat(this.simulator.statistics().groups().get("standard").maxInFlight()).isLessThanOrEqualTo(5);
		assertThat(this.simulator.journal().requests()).noneMatch((request) -> request.status() == 429);
	}

	@Test
	void sendsTheBeginningBeforeThereIsAnEnd() {
		this.simulator.faults().next("/stream", Fault.stallAfter(PART), 1);
		StepVerifier.create(received().takeUntil((received) -> received == PART).last())
			.expectNext(PART)
			.expectComplete()
			.verify(Duration.ofSeconds(20));
		// Having enough, the client hung up, and so did the application.
		Awaitility.await().untilAsserted(() -> assertThat(this.simulator.statistics().cancelled()).isEqualTo(1));
		assertThat(this.simulator.statistics().openStreams()).isZero();
	}

	@ParameterizedTest
	@MethodSource("endings")
	void breaksTheConnectionWhenTheSpeechBreaks(Fault ending) {
		this.simulator.faults().next("/stream", ending, 1);
		StepVerifier.create(received().takeLast(1))
			.expectErrorSatisfies((ex) -> assertThat(ex).hasMessageContaining("prematurely"))
			.verify(Duration.ofSeconds(20));
	}

	static Stream<Fault> endings() {
		return Stream.of(Fault.cutAfter(PART), Fault.resetAfter(PART), Fault.truncateAfter(PART));
	}

	@ParameterizedTest
	@ValueSource(strings = { "nobody", "../models", "a/b?c=d" })
	void refusesAVoiceNobodyHas(String voiceId) {
		speak(Map.of("text", TEXT, "voiceId", voiceId)).expectStatus()
			.isNotFound()
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.kind")
			.isEqualTo("not_found");
	}

	@Test
	void refusesATextThatIsTooLong() {
		speak(Map.of("text", "x".repeat(10_001), "modelId", "eleven_multilingual_v2")).expectStatus()
			.isBadRequest()
			.expectBody()
			.jsonPath("$.detail")
			.value(String.class, (detail) -> assertThat(detail).contains("10001", "10000"));
		assertThat(this.simulator.statistics().requests()).isZero();
	}

	@Test
	void refusesAnEmptyText() {
		speak(Map.of("text", " ")).expectStatus().isBadRequest();
		speak(Map.of()).expectStatus().isBadRequest();
		assertThat(this.simulator.statistics().requests()).isZero();
	}

	@Test
	void speaksForItselfWhileElevenLabsIsGone() {
		simulator(false);
		byte[] audio = speak(Map.of("text", TEXT, "outputFormat", "wav_24000")).expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals("X-Degraded", "engine")
			.expectHeader()
			.contentType("audio/wav")
			.expectBody()
			.returnResult()
			.getResponseBody();
		assertThat(audio).startsWith("RIFF".getBytes()).hasSizeGreaterThan(100_000);
		assertThat(audio[24] & 0xFF | (audio[25] & 0xFF) << 8).isEqualTo(24_000);
		speak(Map.of("text", TEXT)).expectHeader().contentType("audio/wav").expectBody().returnResult();
		this.client.get()
			.uri("/actuator/prometheus")
			.exchange()
			.expectBody(String.class)
			.value((metrics) -> assertThat(metrics).contains("elevenlabs_fallbacks_total{kind=\"engine\"}"));
		simulator(true);
		// A breaker that has opened meanwhile closes in its own time.
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> speak(Map.of("text", TEXT)).expectHeader()
				.doesNotExist("X-Degraded")
				.expectHeader()
				.contentType("audio/mpeg")
				.expectBody()
				.returnResult());
	}

	@Test
	void leavesATextThatItCannotReadToTheError() {
		this.simulator.stop();
		speak(Map.of("text", "\u4f60\u597d")).expectStatus()
			.isEqualTo(503)
			.expectBody()
			.jsonPath("$.title")
			.isEqualTo("ElevenLabs is out of order");
	}

	@Test
	void saysWhenTheCreditsAreUsedUp() {
		this.simulator.faults().next("/stream", Fault.quotaExceeded(QuotaAnswer.LEGACY), 1);
		this.client.post()
			.uri("/api/speech")
			.header("X-Fallback", "false")
			.bodyValue(Map.of("text", TEXT))
			.exchange()
			.expectStatus()
			.isEqualTo(402)
			.expectHeader()
			.exists("X-Request-Id")
			.expectBody()
			.jsonPath("$.kind")
			.isEqualTo("quota");
	}

	@Test
	void listsWhatThereIs() {
		this.client.get()
			.uri("/api/voices?search=brina")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.length()")
			.isEqualTo(1)
			.jsonPath("$[0].name")
			.isEqualTo("Brina");
		this.client.get()
			.uri("/api/models")
			.exchange()
			.expectBody()
			.jsonPath("$[?(@.id == 'eleven_flash_v2_5')].maxCharacters")
			.isEqualTo(40_000)
			.jsonPath("$[?(@.id == 'eleven_english_sts_v2')]")
			.isEmpty();
		this.client.get().uri("/api/subscription").exchange().expectBody().jsonPath("$.plan").isEqualTo("creator");
	}

	@Test
	void servesThePageInLessThanFortyKilobytes() {
		int size = 0;
		for (String file : new String[] { "/", "/app.css", "/app.js", "/player.js", "/icon.svg" }) {
			byte[] body = this.client.get()
				.uri(file)
				.exchange()
				.expectStatus()
				.isOk()
				.expectHeader()
				.valueEquals("X-Content-Type-Options", "nosniff")
				.expectHeader()
				.valueMatches(HttpHeaders.CACHE_CONTROL, "no-cache")
				.expectBody()
				.returnResult()
				.getResponseBody();
			assertThat(body).isNotEmpty();
			size += body.length;
		}
		assertThat(size).isLessThan(40_000);
	}

	@Test
	void showsOperatorsWhatTheyNeedAndNoSecrets() {
		this.client.get().uri("/actuator/health").exchange().expectBody().jsonPath("$.status").isEqualTo("UP");
		this.client.get().uri("/actuator/info").exchange().expectStatus().isOk();
		speak(Map.of("text", TEXT)).expectStatus().isOk().expectBody().returnResult();
		this.client.get()
			.uri("/actuator/prometheus")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(String.class)
			.value((metrics) -> assertThat(metrics).contains("elevenlabs_requests_duration_seconds")
				.doesNotContain(this.simulator.apiKey()));
		for (String secret : new String[] { "env", "configprops", "beans", "heapdump", "loggers" }) {
			this.client.get().uri("/actuator/" + secret).exchange().expectStatus().isNotFound();
		}
	}

	private void simulator(boolean listening) {
		this.client.post()
			.uri("/actuator/simulator")
			.bodyValue(Map.of("listening", listening))
			.exchange()
			.expectBody()
			.jsonPath("$.listening")
			.isEqualTo(listening);
	}

	private WebTestClient.ResponseSpec speak(Map<String, Object> body) {
		return this.client.post().uri("/api/speech").bodyValue(body).exchange();
	}

	private Flux<Long> received() {
		return WebClient.create("http://localhost:" + this.port)
			.post()
			.uri("/api/speech")
			.bodyValue(Map.of("text", TEXT, "outputFormat", "pcm_24000"))
			.retrieve()
			.bodyToFlux(byte[].class)
			.scan(0L, (received, chunk) -> received + chunk.length);
	}

}
