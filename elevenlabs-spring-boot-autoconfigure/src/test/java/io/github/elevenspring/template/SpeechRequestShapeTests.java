package io.github.elevenspring.template;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.github.elevenspring.client.Wire;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.ReplyMetadata;
import io.github.elevenspring.model.speech.PronunciationDictionary;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.SpeechStream;
import io.github.elevenspring.model.speech.TextNormalization;
import io.github.elevenspring.model.voice.VoiceSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What text to speech puts on the wire, and what it makes of a good answer.
 */
class SpeechRequestShapeTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String TIMED = "{\"audio_base64\":\"SUQz\",\"alignment\":{\"characters\":[\"H\"],"
			+ "\"character_start_times_seconds\":[0],\"character_end_times_seconds\":[0.25]},"
			+ "\"normalized_alignment\":null,\"brand_new\":{\"a\":1}}";

	@RegisterExtension
	static final WireMockExtension SERVER = WireMockExtension.newInstance()
		.options(wireMockConfig().dynamicPort())
		.build();

	private ElevenLabsTemplate template;

	@BeforeEach
	void answer() {
		SERVER.stubFor(any(anyUrl()).willReturn(audio()));
		this.template = Wire.to(URI.create(SERVER.baseUrl())).template();
	}

	@ParameterizedTest
	@CsvSource({ "CONVERT,''", "STREAM,/stream", "STREAM_WITH_FUNCTION,/stream", "TIMED,/with-timestamps",
			"STREAM_TIMED,/stream/with-timestamps" })
	void eachFormHasItsPathAndTheRestInCommon(String form, String suffix) {
		if (form.endsWith("TIMED")) {
			SERVER.stubFor(any(anyUrl())
				.willReturn(aResponse().withHeader("Content-Type", "application/json").withBody(TIMED)));
		}
		SpeechRequest request = everything();
		Flux<?> call = switch (form) {
			case "CONVERT" -> this.template.speech().convert(request).flux();
			case "STREAM" -> this.template.speech().stream(request);
			case "STREAM_WITH_FUNCTION" -> this.template.speech().stream(request, SpeechStream::audio);
			case "TIMED" -> this.template.speech().convertWithTimestamps(request).flux();
			default -> this.template.speech().streamWithTimestamps(request);
		};
		StepVerifier.create(call.then()).expectComplete().verify(PATIENCE);
		SERVER.verify(1, anyRequestedFor(anyUrl()));
		LoggedRequest sent = SERVER.findAll(postRequestedFor(anyUrl())).get(0);
		assertThat(sent.getUrl()).isEqualTo("/v1/text-to-speech/voice-1" + suffix
				+ "?output_format=pcm_24000&enable_logging=false&optimize_streaming_latency=3");
		assertThat(sent.getHeader("xi-api-key")).isEqualTo(Wire.KEY);
		assertThat(sent.getHeader("Content-Type")).isEqualTo("application/json");
		assertThat(sent.getHeader("User-Agent")).isNotBlank();
		assertThat(sent.getHeader("Authorization")).isNull();
		assertThat(sent.getHeaders().getHeader("xi-api-key").values()).hasSize(1);
		assertThat(equalToJson("""
				{
				  "text": "Hällo \\"you\\" 😀\\n",
				  "model_id": "eleven_flash_v2_5",
				  "language_code": "de",
				  "voice_settings": {"stability": 0.25, "similarity_boost": 1.0, "style": 0.0,
				    "use_speaker_boost": false, "speed": 1.2},
				  "pronunciation_dictionary_locators": [
				    {"pronunciation_dictionary_id": "d1", "version_id": "v1"},
				    {"pronunciation_dictionary_id": "d2"}],
				  "seed": 4294967295,
				  "previous_text": "before",
				  "next_text": "after",
				  "previous_request_ids": ["p1", "p2", "p3"],
				  "next_request_ids": ["n1"],
				  "apply_text_normalization": "off",
				  "apply_language_text_normalization": true,
				  "use_pvc_as_ivc": true
				}""").match(sent.getBodyAsString()).isExactMatch()).as(sent.getBodyAsString()).isTrue();
	}

	@Test
	void whatIsNotSetIsNotSent() {
		convert(SpeechRequest.of("Hi"));
		LoggedRequest sent = SERVER.findAll(postRequestedFor(anyUrl())).get(0);
		assertThat(sent.getUrl()).isEqualTo("/v1/text-to-speech/" + Wire.VOICE + "?output_format=mp3_44100_128");
		assertThat(sent.getBodyAsString()).isEqualTo("{\"text\":\"Hi\",\"model_id\":\"eleven_multilingual_v2\"}");
	}

	@Test
	void settingsThatChangeNothingAndPartsOfSettingsLeaveTheRestOut() {
		convert(SpeechRequest.of("Hi").settings(VoiceSettings.stored().withSpeed(0.7)));
		assertThat(SERVER.findAll(postRequestedFor(anyUrl())).get(0).getBodyAsString())
			.contains("\"voice_settings\":{\"speed\":0.7}");
	}

	@ParameterizedTest
	@EnumSource(TextNormalization.class)
	void normalizationIsSpelledInLowerCase(TextNormalization normalization) {
		convert(SpeechRequest.builder("Hi").textNormalization(normalization).build());
		assertThat(SERVER.findAll(postRequestedFor(anyUrl())).get(0).getBodyAsString()).contains(
				"\"apply_text_normalization\":\"" + normalization.name().toLowerCase(java.util.Locale.ROOT) + "\"");
	}

	@Test
	void priorityTenantAndDeadlineStayAtHome() {
		convert(SpeechRequest.of("Hi").priority(Priority.BATCH).tenant("acme").deadline(Duration.ofSeconds(9)));
		LoggedRequest sent = SERVER.findAll(postRequestedFor(anyUrl())).get(0);
		assertThat(sent.getBodyAsString() + sent.getUrl() + sent.getHeaders()).doesNotContain("acme")
			.doesNotContain("BATCH")
			.doesNotContain("deadline");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			a/b?c | a%2Fb%3Fc
			../../user | ..%2F..%2Fuser
			50% | 50%25
			a b | a%20b
			{x} | %7Bx%7D
			ä😀 | %C3%A4%F0%9F%98%80
			a#b;c=d&e | a%23b%3Bc%3Dd%26e
			%2e%2e | %252e%252e
			a+b | a%2Bb
			""")
	void aVoiceIdIsOneSegmentWhateverItHolds(String voice, String encoded) {
		convert(SpeechRequest.of("Hi").voice(voice));
		assertThat(SERVER.findAll(postRequestedFor(anyUrl())).get(0).getUrl())
			.isEqualTo("/v1/text-to-speech/" + encoded + "?output_format=mp3_44100_128");
	}

	@ParameterizedTest
	@CsvSource({ ".", ".." })
	void aVoiceIdThatLeadsElsewhereIsRefusedHere(String voice) {
		StepVerifier.create(this.template.speech().convert(SpeechRequest.of("Hi").voice(voice)))
			.expectErrorSatisfies((ex) -> assertThat(((ElevenLabsException) ex).getKind()).isEqualTo(ErrorKind.INVALID))
			.verify(PATIENCE);
		SERVER.verify(0, anyRequestedFor(anyUrl()));
	}

	@Test
	void theFactsOfTheReplyAreRead() {
		SERVER.stubFor(any(anyUrl()).willReturn(audio().withHeader("request-id", "req1")
			.withHeader("x-trace-id", "trace1")
			.withHeader("history-item-id", "hist1")
			.withHeader("character-cost", "28")
			.withHeader("current-concurrent-requests", "2")
			.withHeader("maximum-concurrent-requests", "5")
			.withHeader("x-region", "europe-west4")
			.withHeader("tts-latency-ms", "164")));
		Speech speech = convert(SpeechRequest.of("Hi"));
		assertThat(speech.audio()).asString().isEqualTo("ID3 audio");
		assertThat(speech.format()).isEqualTo(OutputFormat.MP3_44100_128);
		assertThat(speech.metadata())
			.isEqualTo(new ReplyMetadata("req1", "trace1", "hist1", 28L, 2, 5, "europe-west4", Duration.ofMillis(164)));
	}

	@Test
	void factsThatMakeNoSenseAreLeftOutAndTheAudioIsKept() {
		SERVER.stubFor(any(anyUrl()).willReturn(audio().withHeader("history-item-id", "not_stored")
			.withHeader("character-cost", "many")
			.withHeader("current-concurrent-requests", "-1")
			.withHeader("maximum-concurrent-requests", "99999999999")
			.withHeader("tts-latency-ms", "9223372036854775807")
			.withHeader("Content-Type", "no type at all")));
		ReplyMetadata metadata = convert(SpeechRequest.of("Hi")).metadata();
		assertThat(metadata.historyItemId()).isNull();
		assertThat(metadata.billedCredits()).isNull();
		assertThat(metadata.currentConcurrentRequests()).isNull();
		assertThat(metadata.maximumConcurrentRequests()).isNull();
	}

	@Test
	void nothingIsSentBeforeSubscriptionAndEachSubscriptionSendsAgain() {
		Mono<Speech> speech = this.template.speech().convert(SpeechRequest.of("Hi"));
		SERVER.verify(0, anyRequestedFor(anyUrl()));
		speech.block(PATIENCE);
		speech.block(PATIENCE);
		SERVER.verify(2, postRequestedFor(anyUrl()));
	}

	@Test
	void timesAreRead() {
		SERVER.stubFor(any(anyUrl()).willReturn(aResponse().withBody(TIMED)));
		StepVerifier.create(this.template.speech().convertWithTimestamps(SpeechRequest.of("H"))).assertNext((timed) -> {
			assertThat(timed.audio()).asString().isEqualTo("ID3");
			assertThat(timed.alignment().characters()).containsExactly("H");
			assertThat(timed.alignment().characterStartTimesSeconds()).containsExactly(0.0);
			assertThat(timed.alignment().characterEndTimesSeconds()).containsExactly(0.25);
			assertThat(timed.normalizedAlignment()).isNull();
			assertThat(timed.toString()).doesNotContain("[H]");
		}).expectComplete().verify(PATIENCE);
	}

	@Test
	void nothingIsSentForTextThatCannotBeSpoken() {
		for (Map.Entry<SpeechRequest, String> bad : Map
			.of(SpeechRequest.of(""), "no text", SpeechRequest.of(" \n\t"), "no text",
					SpeechRequest.of("😀".repeat(10_001)), "10001 characters",
					SpeechRequest.of("x".repeat(40_001)).model("eleven_flash_v2_5"), "at most 40000",
					SpeechRequest.of("Hi").voice(" "), "No voice", SpeechRequest.of("cut \ud83d"), "surrogate")
			.entrySet()) {
			for (Flux<?> call : List.of(this.template.speech().convert(bad.getKey()).flux(),
					this.template.speech().stream(bad.getKey()),
					this.template.speech().stream(bad.getKey(), SpeechStream::audio),
					this.template.speech().convertWithTimestamps(bad.getKey()).flux(),
					this.template.speech().streamWithTimestamps(bad.getKey()))) {
				StepVerifier.create(call).expectErrorSatisfies((ex) -> {
					assertThat(((ElevenLabsException) ex).getKind()).isEqualTo(ErrorKind.INVALID);
					assertThat(ex).hasMessageContaining(bad.getValue());
				}).verify(PATIENCE);
			}
		}
		SERVER.verify(0, anyRequestedFor(anyUrl()));
	}

	@Test
	void theLongestTextInCodePointsIsSentWhole() {
		String text = "😀".repeat(10_000);
		convert(SpeechRequest.of(text));
		SERVER
			.verify(1, postRequestedFor(urlEqualTo("/v1/text-to-speech/" + Wire.VOICE + "?output_format=mp3_44100_128"))
				.withRequestBody(equalToJson("{\"text\":\"" + text + "\",\"model_id\":\"eleven_multilingual_v2\"}")));
	}

	private Speech convert(SpeechRequest request) {
		return this.template.speech().convert(request).block(PATIENCE);
	}

	private static ResponseDefinitionBuilder audio() {
		return aResponse().withHeader("Content-Type", "audio/mpeg").withBody("ID3 audio");
	}

	private static SpeechRequest everything() {
		return SpeechRequest.builder("Hällo \"you\" 😀\n")
			.voiceId("voice-1")
			.modelId("eleven_flash_v2_5")
			.outputFormat(OutputFormat.PCM_24000)
			.languageCode("de")
			.voiceSettings(VoiceSettings.stored()
				.withStability(0.25)
				.withSimilarityBoost(1)
				.withStyle(0)
				.withSpeakerBoost(false)
				.withSpeed(1.2))
			.pronunciationDictionaries(
					List.of(new PronunciationDictionary("d1", "v1"), new PronunciationDictionary("d2", null)))
			.seed(4294967295L)
			.previousText("before")
			.nextText("after")
			.previousRequestIds(List.of("p1", "p2", "p3"))
			.nextRequestIds(List.of("n1"))
			.textNormalization(TextNormalization.OFF)
			.languageTextNormalization(true)
			.usePvcAsIvc(true)
			.enableLogging(false)
			.optimizeStreamingLatency(3)
			.build();
	}

}
