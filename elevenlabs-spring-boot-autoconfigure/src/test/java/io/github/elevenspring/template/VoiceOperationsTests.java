package io.github.elevenspring.template;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import reactor.core.publisher.Mono;
import io.github.elevenspring.client.Parts;
import io.github.elevenspring.client.ReplyReader;
import io.github.elevenspring.client.Wire;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.voice.Voice;
import io.github.elevenspring.model.voice.VoiceQuery;
import io.github.elevenspring.model.voice.VoiceSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the operations on voices put on the wire, and how pages become one list.
 */
class VoiceOperationsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	@RegisterExtension
	static final WireMockExtension SERVER = WireMockExtension.newInstance()
		.options(wireMockConfig().dynamicPort())
		.build();

	private VoiceOperations voices;

	@BeforeEach
	void create() {
		this.voices = Wire.to(URI.create(SERVER.baseUrl())).template().voices();
	}

	@Test
	void threePagesAreOneList() {
		stubPage(null, "t/1 ä&", 0, 1);
		stubPage("t/1 ä&", "t2", 2, 3);
		stubPage("t2", null, 4);
		StepVerifier.create(this.voices.list(VoiceQuery.all()).map(Voice::voiceId))
			.expectNext("v0", "v1", "v2", "v3", "v4")
			.expectComplete()
			.verify(PATIENCE);
		SERVER.verify(3, getRequestedFor(urlPathEqualTo("/v2/voices")).withHeader("xi-api-key", equalTo(Wire.KEY)));
	}

	@Test
	void whoTakesFiveOfAPageOfTenFetchesOnePage() {
		stubPage(null, "t1", IntStream.range(0, 10).toArray());
		stubPage("t1", null, 10);
		StepVerifier.create(this.voices.list(VoiceQuery.all()).take(5))
			.expectNextCount(5)
			.expectComplete()
			.verify(PATIENCE);
		SERVER.verify(1, anyRequestedFor(anyUrl()));
	}

	@Test
	void theNextPageIsFetchedWhenThereIsDemandForIt() {
		stubPage(null, "t1", 0, 1, 2);
		stubPage("t1", null, 3);
		StepVerifier.create(this.voices.list(VoiceQuery.all()), 2)
			.expectNextCount(2)
			.then(() -> SERVER.verify(1, anyRequestedFor(anyUrl())))
			.thenRequest(10)
			.expectNextCount(2)
			.expectComplete()
			.verify(PATIENCE);
		SERVER.verify(2, anyRequestedFor(anyUrl()));
	}

	@Test
	void eachParameterIsSentAndWhatIsNotSetIsNot() {
		stubPage(null, null);
		VoiceQuery query = VoiceQuery.all()
			.search("a b&c={d} ü")
			.voiceType("personal")
			.category("cloned")
			.fineTuningState("fine_tuned")
			.collection("c/1")
			.voiceIds(List.of("v1", "v2", "v3"))
			.sortedBy("name", "desc")
			.pageSize(7);
		StepVerifier.create(this.voices.list(query)).expectComplete().verify(PATIENCE);
		StepVerifier.create(this.voices.list(VoiceQuery.all())).expectComplete().verify(PATIENCE);
		LoggedRequest full = SERVER.findAll(getRequestedFor(anyUrl())).get(0);
		assertThat(full.getUrl()).isEqualTo("/v2/voices?page_size=7&search=a%20b%26c%3D%7Bd%7D%20%C3%BC"
				+ "&voice_type=personal&category=cloned&fine_tuning_state=fine_tuned&collection_id=c%2F1&sort=name"
				+ "&sort_direction=desc&include_total_count=false&voice_ids=v1&voice_ids=v2&voice_ids=v3");
		assertThat(SERVER.findAll(getRequestedFor(anyUrl())).get(1).getUrl())
			.isEqualTo("/v2/voices?page_size=100&include_total_count=false");
		assertThat(full.getBodyAsString()).isEmpty();
	}

	@Test
	void aServerThatRepeatsATokenDoesNotLoopForEver() {
		stubPage(null, "a", 0);
		stubPage("a", "a", 1);
		StepVerifier.create(this.voices.list(VoiceQuery.all())).expectNextCount(2).expectComplete().verify(PATIENCE);
	}

	@Test
	void aServerWhosePagesFormACircleDoesNotLoopForEver() {
		stubPage(null, "a", 0);
		stubPage("a", "b", 1);
		stubPage("b", "c", 2);
		stubPage("c", "a", 3);
		StepVerifier.create(this.voices.list(VoiceQuery.all()).take(50))
			.expectNextCount(4)
			.expectComplete()
			.verify(PATIENCE);
		SERVER.verify(4, anyRequestedFor(anyUrl()));
	}

	@Test
	void morePagesWithoutATokenAreNoPages() {
		SERVER.stubFor(get(anyUrl()).willReturn(okJson("{\"voices\":[],\"has_more\":true}")));
		StepVerifier.create(this.voices.list(VoiceQuery.all())).expectComplete().verify(PATIENCE);
		SERVER.stubFor(get(anyUrl()).willReturn(okJson("{\"voices\":[],\"has_more\":true,\"next_page_token\":\"\"}")));
		StepVerifier.create(this.voices.list(VoiceQuery.all())).expectComplete().verify(PATIENCE);
		SERVER.verify(2, anyRequestedFor(anyUrl()));
	}

	@Test
	void anErrorOnALaterPageEndsTheListWithIt() {
		stubPage(null, "t1", 0, 1);
		SERVER.stubFor(get(urlPathEqualTo("/v2/voices")).withQueryParam("next_page_token", equalTo("t1"))
			.willReturn(com.github.tomakehurst.wiremock.client.WireMock.status(503)));
		StepVerifier.create(this.voices.list(VoiceQuery.all()))
			.expectNextCount(2)
			.expectErrorMessage("ElevenLabs answered HTTP 503 with an empty body. Remedy: the service failed; try again"
					+ " later, and name the trace id if it stays")
			.verify(PATIENCE);
	}

	@Test
	void thousandsOfPagesDoNotOverflowTheStack() {
		AtomicInteger page = new AtomicInteger();
		CallPipeline pipeline = new CallPipeline(List.of(), (call) -> Flux.defer(() -> {
			int number = page.incrementAndGet();
			return Flux.just(Parts.head(),
					Parts.chunk("{\"voices\":[{\"voice_id\":\"v" + number + "\",\"name\":\"n\"}],\"has_more\":"
							+ (number < 20_000) + ",\"next_page_token\":\"" + number + "\"}"));
		}));
		VoiceOperations many = new ElevenLabsTemplate(pipeline, new ReplyReader(100_000),
				new SpeechDefaults(null, "m", OutputFormat.MP3_44100_128), new ModelCatalog())
			.voices();
		StepVerifier.create(many.list(VoiceQuery.all().pageSize(1)).count())
			.expectNext(20_000L)
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void aListMayBeSubscribedToTwice() {
		stubPage(null, "t1", 0);
		stubPage("t1", null, 1);
		Flux<Voice> list = this.voices.list(VoiceQuery.all());
		for (int i = 0; i < 2; i++) {
			StepVerifier.create(list).expectNextCount(2).expectComplete().verify(PATIENCE);
		}
		SERVER.verify(4, anyRequestedFor(anyUrl()));
	}

	@Test
	void oneVoiceIsRead() {
		SERVER.stubFor(get(urlEqualTo("/v1/voices/a%2Fb")).willReturn(okJson("""
				{"voice_id":"a/b","name":"Ann","category":"cloned","description":null,"labels":{"accent":"irish"},
				"preview_url":"https://x/y.mp3","settings":{"stability":0.5,"use_speaker_boost":true,"new":1},
				"high_quality_base_model_ids":["eleven_v4"],"is_owner":true,"created_at_unix":1700000000,
				"unknown":{"deep":[1,2]}}""")));
		StepVerifier.create(this.voices.get("a/b")).assertNext((voice) -> {
			assertThat(voice.voiceId()).isEqualTo("a/b");
			assertThat(voice.labels()).containsEntry("accent", "irish");
			assertThat(voice.settings()).isEqualTo(new VoiceSettings(0.5, null, null, true, null));
			assertThat(voice.highQualityBaseModelIds()).containsExactly("eleven_v4");
			assertThat(voice.availableForTiers()).isEmpty();
			assertThat(voice.isOwner()).isTrue();
			assertThat(voice.createdAtUnix()).isEqualTo(1700000000L);
		}).expectComplete().verify(PATIENCE);
	}

	@Test
	void settingsAreRead() {
		SERVER.stubFor(get(urlEqualTo("/v1/voices/v/settings"))
			.willReturn(okJson("{\"stability\":0.1,\"similarity_boost\":0.2,\"style\":0.3,\"speed\":0.9}")));
		SERVER.stubFor(get(urlEqualTo("/v1/voices/settings/default")).willReturn(okJson("{\"stability\":0.7}")));
		StepVerifier.create(this.voices.settings("v"))
			.expectNext(new VoiceSettings(0.1, 0.2, 0.3, null, 0.9))
			.expectComplete()
			.verify(PATIENCE);
		StepVerifier.create(this.voices.defaultSettings())
			.expectNext(VoiceSettings.stored().withStability(0.7))
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void aVoiceWithoutAnIdIsRefused() {
		for (Mono<?> call : List.of(this.voices.get(" "), this.voices.settings(""))) {
			StepVerifier.create(call).expectErrorSatisfies((error) -> {
				assertThat(error).isInstanceOf(ElevenLabsRejectedException.class).hasMessageContaining("No voice");
				assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.INVALID);
			}).verify(PATIENCE);
		}
	}

	private static void stubPage(String token, String next, int... ids) {
		String list = IntStream.of(ids)
			.mapToObj((id) -> "{\"voice_id\":\"v" + id + "\",\"name\":\"n\"}")
			.collect(java.util.stream.Collectors.joining(","));
		SERVER.stubFor(get(urlPathEqualTo("/v2/voices"))
			.withQueryParam("next_page_token", (token != null) ? equalTo(token) : absent())
			.willReturn(okJson("{\"voices\":[" + list + "],\"has_more\":" + (next != null) + ",\"total_count\":99,"
					+ "\"next_page_token\":" + ((next != null) ? "\"" + next + "\"" : "null") + "}")));
	}

}
