package io.github.elevenspring.test;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.account.Subscription;
import io.github.elevenspring.model.account.User;
import io.github.elevenspring.model.catalog.Model;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.TimedSpeech;
import io.github.elevenspring.model.voice.Voice;
import io.github.elevenspring.model.voice.VoiceQuery;
import io.github.elevenspring.model.voice.VoiceSettings;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.QuotaAnswer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The template and the simulator, each as the other's proof.
 */
@TestPropertySource(properties = { "elevenlabs.cache.enabled=false", "elevenlabs.timeout.first-byte=2s",
		"elevenlabs.timeout.idle=2s", "elevenlabs.limiter.enabled=false", "elevenlabs.retry.enabled=false",
		"elevenlabs.circuit-breaker.enabled=false", "elevenlabs.quota.enabled=false" })
class TemplateTests extends AbstractSimulatorTests {

	private static final String TEXT = "Hello from the simulator.";

	private SpeechRequest request;

	@BeforeEach
	void chooseVoice() {
		this.request = request(TEXT);
	}

	@Test
	void speaksAsAWhole() {
		Speech speech = this.elevenLabs.speech()
			.convert(this.request.format(OutputFormat.PCM_16000))
			.block(LONG_ENOUGH);
		assertThat(speech).isNotNull();
		assertThat(speech.audio().length / 32_000.0).as("seconds").isBetween(1.2, 3.5);
		assertThat(speech.metadata().requestId()).isNotBlank();
		assertThat(speech.metadata().traceId()).isNotBlank();
		assertThat(speech.metadata().billedCredits()).isEqualTo(TEXT.length());
		assertThat(speech.metadata().maximumConcurrentRequests()).isEqualTo(5);
		assertThat(speech.metadata().currentConcurrentRequests()).isEqualTo(1);
	}

	@Test
	void streamsTheSameBytesInParts() {
		byte[] whole = this.elevenLabs.speech().convert(this.request).map(Speech::audio).block(LONG_ENOUGH);
		List<byte[]> parts = this.elevenLabs.speech().stream(this.request).collectList().block(LONG_ENOUGH);
		assertThat(parts).hasSizeGreaterThan(2);
		assertThat(join(parts)).isEqualTo(whole);
	}

	@Test
	void handsOverTheFactsBeforeTheAudio() {
		StepVerifier.create(this.elevenLabs.speech().stream(this.request, (reply) -> Mono.just(reply.metadata())))
			.assertNext((metadata) -> assertThat(metadata.requestId()).isNotBlank())
			.expectComplete()
			.verify(LONG_ENOUGH);
		await().untilAsserted(() -> assertThat(this.simulator.statistics().inFlight()).isZero());
	}

	@Test
	void tellsWhenEachCharacterIsSpoken() {
		TimedSpeech speech = this.elevenLabs.speech().convertWithTimestamps(this.request).block(LONG_ENOUGH);
		assertThat(speech).isNotNull();
		assertThat(speech.audio()).hasSizeGreaterThan(10_000);
		assertThat(speech.alignment()).isNotNull();
		assertThat(String.join("", speech.alignment().characters())).isEqualTo(TEXT);
		List<TimedSpeech> parts = this.elevenLabs.speech()
			.streamWithTimestamps(this.request)
			.collectList()
			.block(LONG_ENOUGH);
		assertThat(parts).hasSizeGreaterThan(1);
		assertThat(join(parts.stream().map(TimedSpeech::audio).toList())).isEqualTo(speech.audio());
	}

	@Test
	void listsVoicesPageByPage() {
		List<Voice> voices = this.elevenLabs.voices()
			.list(VoiceQuery.all().pageSize(10))
			.collectList()
			.block(LONG_ENOUGH);
		assertThat(voices).hasSameSizeAs(this.simulator.voiceIds()).hasSizeGreaterThan(20);
		assertThat(voices).extracting(Voice::voiceId).doesNotHaveDuplicates();
	}

	@Test
	void fetchesNoMorePagesThanAreRead() {
		this.elevenLabs.voices().list(VoiceQuery.all().pageSize(5)).take(5).blockLast(LONG_ENOUGH);
		assertThat(this.simulator.journal().requests()).hasSize(1);
	}

	@Test
	void readsVoicesModelsAndAccount() {
		String voiceId = this.simulator.voiceIds().get(0);
		Voice voice = this.elevenLabs.voices().get(voiceId).block(LONG_ENOUGH);
		VoiceSettings settings = this.elevenLabs.voices().settings(voiceId).block(LONG_ENOUGH);
		VoiceSettings defaults = this.elevenLabs.voices().defaultSettings().block(LONG_ENOUGH);
		List<Model> models = this.elevenLabs.models().list().collectList().block(LONG_ENOUGH);
		User user = this.elevenLabs.account().user().block(LONG_ENOUGH);
		Subscription subscription = this.elevenLabs.account().subscription().block(LONG_ENOUGH);
		assertThat(voice).extracting(Voice::voiceId).isEqualTo(voiceId);
		assertThat(settings).extracting(VoiceSettings::stability).isNotNull();
		assertThat(defaults).extracting(VoiceSettings::stability).isEqualTo(0.5);
		assertThat(models).extracting(Model::modelId).contains("eleven_multilingual_v2", "eleven_flash_v2_5");
		assertThat(models).extracting(Model::concurrencyGroup).doesNotContainNull();
		assertThat(user).extracting(User::userId).isNotNull();
		assertThat(subscription).extracting(Subscription::tier).isEqualTo("creator");
		assertThat(subscription.remainingCredits()).isPositive();
	}

	@Test
	void reachesAnEndpointWithoutAMethod() {
		StepVerifier.create(this.elevenLabs.exchange(ApiRequest.get("/v1/user/subscription"), Subscription.class))
			.assertNext((subscription) -> assertThat(subscription.tier()).isEqualTo("creator"))
			.expectComplete()
			.verify(LONG_ENOUGH);
	}

	@Test
	void freesTheSlotOfTheServiceWhenTheListenerLeaves() {
		this.elevenLabs.speech().stream(this.request).take(1).blockLast(LONG_ENOUGH);
		await().untilAsserted(() -> {
			assertThat(this.simulator.statistics().inFlight()).isZero();
			assertThat(this.simulator.statistics().openStreams()).isZero();
		});
	}

	@ParameterizedTest
	@MethodSource("troubles")
	void endsInTheRightKind(Fault fault, ErrorKind kind) {
		for (Flux<?> call : List.of(this.elevenLabs.speech().convert(this.request).flux(),
				this.elevenLabs.speech().stream(this.request),
				this.elevenLabs.speech().convertWithTimestamps(this.request).flux(),
				this.elevenLabs.speech().streamWithTimestamps(this.request))) {
			this.simulator.faults().next(fault);
			StepVerifier.create(call.then()).expectErrorSatisfies((error) -> {
				assertThat(error).isInstanceOf(ElevenLabsException.class);
				assertThat(((ElevenLabsException) error).getKind()).as(error.getMessage()).isEqualTo(kind);
				assertThat(error.getMessage()).doesNotContain(TEXT).doesNotContain(this.simulator.apiKey());
			}).verify(LONG_ENOUGH);
		}
		await().untilAsserted(() -> assertThat(this.simulator.statistics().inFlight()).isZero());
	}

	static Stream<Arguments> troubles() {
		return Stream.of(Arguments.of(Fault.tooManyConcurrentRequests(), ErrorKind.CONCURRENCY),
				Arguments.of(Fault.rateLimited(Duration.ofSeconds(1)), ErrorKind.RATE),
				Arguments.of(Fault.systemBusy(null), ErrorKind.BUSY),
				Arguments.of(Fault.quotaExceeded(QuotaAnswer.values()[0]), ErrorKind.QUOTA),
				Arguments.of(Fault.quotaExceeded(QuotaAnswer.values()[1]), ErrorKind.QUOTA),
				Arguments.of(Fault.invalidKey(), ErrorKind.AUTH), Arguments.of(Fault.internalError(), ErrorKind.SERVER),
				Arguments.of(Fault.unavailable(), ErrorKind.SERVER), Arguments.of(Fault.badGateway(), ErrorKind.SERVER),
				Arguments.of(Fault.status(422), ErrorKind.INVALID), Arguments.of(Fault.emptyAudio(), ErrorKind.SERVER),
				Arguments.of(Fault.jsonInsteadOfAudio(), ErrorKind.SERVER),
				Arguments.of(Fault.htmlInsteadOfAudio(), ErrorKind.SERVER),
				Arguments.of(Fault.disconnect(), ErrorKind.NETWORK), Arguments.of(Fault.reset(), ErrorKind.NETWORK),
				Arguments.of(Fault.silence(), ErrorKind.TIMEOUT),
				Arguments.of(Fault.resetAfter(500), ErrorKind.NETWORK),
				Arguments.of(Fault.cutAfter(500), ErrorKind.NETWORK),
				Arguments.of(Fault.truncateAfter(500), ErrorKind.NETWORK),
				Arguments.of(Fault.stallAfter(500), ErrorKind.TIMEOUT));
	}

	@Test
	void refusesAVoiceThatIsNotThere() {
		StepVerifier.create(this.elevenLabs.speech().convert(this.request.voice("nobody")))
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.NOT_FOUND))
			.verify(LONG_ENOUGH);
	}

	@Test
	void refusesAFormatThatIsNotThere() {
		StepVerifier.create(this.elevenLabs.speech().convert(this.request.format(OutputFormat.of("mp3_1_1"))))
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.INVALID))
			.verify(LONG_ENOUGH);
	}

	@Test
	void refusesATextThatIsTooLongBeforeAnythingIsSent() {
		String text = "\uD83D\uDE00".repeat(10_001);
		StepVerifier.create(this.elevenLabs.speech().convert(SpeechRequest.of(text).voice("any")))
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.INVALID))
			.verify(LONG_ENOUGH);
		assertThat(this.simulator.journal().requests()).isEmpty();
	}

}
