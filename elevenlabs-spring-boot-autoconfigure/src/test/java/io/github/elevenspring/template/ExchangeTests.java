package io.github.elevenspring.template;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.github.elevenspring.client.Wire;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.catalog.Model;
import io.github.elevenspring.model.catalog.ModelCatalog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.MultipartBodyBuilder;

import static com.github.tomakehurst.wiremock.client.WireMock.aMultipart;
import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.noContent;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Models, the account, and everything that has no operation of its own.
 */
class ExchangeTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@RegisterExtension
	static final WireMockExtension SERVER = WireMockExtension.newInstance()
		.options(wireMockConfig().dynamicPort())
		.build();

	private final ModelCatalog models = new ModelCatalog();

	private ElevenLabsTemplate template;

	@BeforeEach
	void create() {
		this.template = Wire.to(URI.create(SERVER.baseUrl())).template(this.models);
	}

	@Test
	void modelsAreReadAndLearned() {
		SERVER.stubFor(get(urlEqualTo("/v1/models")).willReturn(okJson("""
				[{"model_id":"eleven_v5","name":"v5","can_do_text_to_speech":true,"can_use_style":false,
				"token_cost_factor":0.5,"maximum_text_length_per_request":77,"languages":[{"language_id":"en",
				"name":"English"}],"model_rates":{"character_cost_multiplier":0.5},"concurrency_group":"standard",
				"new_field":[]},{"model_id":"eleven_v3","maximum_text_length_per_request":null,"languages":null}]""")));
		StepVerifier.create(this.template.models().list()).assertNext((model) -> {
			assertThat(model.modelId()).isEqualTo("eleven_v5");
			assertThat(model.canDoTextToSpeech()).isTrue();
			assertThat(model.languages()).containsExactly(new Model.Language("en", "English"));
			assertThat(model.modelRates()).isEqualTo(new Model.Rates(0.5));
			assertThat(model.concurrencyGroup()).isEqualTo("standard");
		}).assertNext((model) -> assertThat(model.languages()).isEmpty()).expectComplete().verify(PATIENCE);
		assertThat(this.models.longestText("eleven_v5")).hasValue(77);
		assertThat(this.models.longestText("eleven_v3")).hasValue(5000);
		SERVER.verify(1, getRequestedFor(anyUrl()).withHeader("xi-api-key", equalTo(Wire.KEY)));
	}

	@Test
	void theUserIsRead() {
		SERVER.stubFor(get(urlEqualTo("/v1/user")).willReturn(
				okJson("""
						{"user_id":"u1","first_name":null,"seat_type":"workspace_admin","is_new_user":false,
						"xi_api_key_preview":"sk_12…","subscription":{"tier":"payg","character_count":5,"character_limit":3}}""")));
		StepVerifier.create(this.template.account().user()).assertNext((user) -> {
			assertThat(user.userId()).isEqualTo("u1");
			assertThat(user.seatType()).isEqualTo("workspace_admin");
			assertThat(user.subscription().tier()).isEqualTo("payg");
			assertThat(user.subscription().remainingCredits()).isZero();
			assertThat(user.toString()).doesNotContain("sk_12");
		}).expectComplete().verify(PATIENCE);
	}

	@Test
	void theSubscriptionIsReadWithEitherKindOfExtension() {
		for (Map.Entry<String, String> extension : Map.of("\"unlimited\"", "unlimited", "12500", "12500", "null", "")
			.entrySet()) {
			SERVER.stubFor(get(urlEqualTo("/v1/user/subscription")).willReturn(okJson("""
					{"tier":"creator","status":"past_due","character_count":21000,"character_limit":121000,
					"max_credit_limit_extension":%s,"next_character_count_reset_unix":1800000000,"voice_limit":30,
					"current_overage":{"amount":"0","currency":"usd"},"open_invoices":[],"has_open_invoices":true}"""
				.formatted(extension.getKey()))));
			StepVerifier.create(this.template.account().subscription()).assertNext((subscription) -> {
				assertThat(subscription.maxCreditLimitExtension())
					.isEqualTo(extension.getValue().isEmpty() ? null : extension.getValue());
				assertThat(subscription.remainingCredits()).isEqualTo(100_000);
				assertThat(subscription.nextReset()).isEqualTo(Instant.ofEpochSecond(1800000000));
				assertThat(subscription.hasOpenInvoices()).isTrue();
				assertThat(subscription.voiceSlotsUsed()).isNull();
			}).expectComplete().verify(PATIENCE);
		}
	}

	@Test
	void aBodyGoesOutInSnakeCaseAndComesBackInCamelCase() {
		SERVER
			.stubFor(any(anyUrl()).willReturn(okJson("{\"dubbing_id\":\"d1\",\"expected_duration_sec\":2.5,\"x\":1}")));
		ApiRequest request = ApiRequest.post("/v1/sound-generation")
			.body(new SoundEffect("rain", 2.5, null))
			.query("output_format", "mp3_44100_128");
		StepVerifier.create(this.template.exchange(request, Dubbing.class))
			.expectNext(new Dubbing("d1", 2.5))
			.expectComplete()
			.verify(PATIENCE);
		SERVER.verify(1,
				postRequestedFor(urlEqualTo("/v1/sound-generation?output_format=mp3_44100_128"))
					.withHeader("Content-Type", equalTo("application/json"))
					.withHeader("xi-api-key", equalTo(Wire.KEY))
					.withRequestBody(equalToJson("{\"text\":\"rain\",\"duration_seconds\":2.5}")));
	}

	@Test
	void aFormWithAFileGoesOutAsOne() {
		SERVER.stubFor(any(anyUrl()).willReturn(okJson("{\"voice_id\":\"v1\"}")));
		MultipartBodyBuilder parts = new MultipartBodyBuilder();
		parts.part("name", "Zoë");
		parts.part("files", new ByteArrayResource("RIFF".getBytes(StandardCharsets.UTF_8))).filename("a.wav");
		StepVerifier.create(this.template.exchange(ApiRequest.post("/v1/voices/add").parts(parts.build()), Map.class))
			.expectNext(Map.of("voice_id", "v1"))
			.expectComplete()
			.verify(PATIENCE);
		SERVER.verify(1,
				postRequestedFor(urlEqualTo("/v1/voices/add"))
					.withHeader("Content-Type", containing("multipart/form-data"))
					.withHeader("xi-api-key", equalTo(Wire.KEY))
					.withRequestBodyPart(aMultipart("name").withBody(equalTo("Zoë")).build())
					.withRequestBodyPart(aMultipart("files").withHeader("Content-Disposition", containing("a.wav"))
						.withBody(equalTo("RIFF"))
						.build()));
	}

	@Test
	void bytesOfAnyKindComeThroughWithTheirHeaders() {
		byte[] zip = { 'P', 'K', 3, 4, 0, (byte) 0xff };
		SERVER.stubFor(any(anyUrl()).willReturn(
				ok().withHeader("Content-Type", "application/zip").withHeader("x-trace-id", "t1").withBody(zip)));
		Flux<Object> call = this.template.exchange(ApiRequest.post("/v1/history/download").body(Map.of()),
				(reply) -> Flux
					.<Object>just(reply.status(), String.valueOf(reply.contentType()),
							String.valueOf(reply.metadata().traceId()))
					.concatWith(reply.body()));
		StepVerifier.create(call)
			.expectNext(200, "application/zip", "t1")
			.assertNext((bytes) -> assertThat((byte[]) bytes).isEqualTo(zip))
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void noContentIsNoValueAndNoError() {
		SERVER.stubFor(any(anyUrl()).willReturn(noContent()));
		StepVerifier.create(this.template.exchange(ApiRequest.delete("/v1/voices/{id}", "v"), Object.class))
			.expectComplete()
			.verify(PATIENCE);
		StepVerifier
			.create(this.template.exchange(ApiRequest.delete("/v1/voices/{id}", "v"),
					(reply) -> Flux.just(reply.status())))
			.expectNext(204)
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void aNullIsNoValueAndNoError() {
		SERVER.stubFor(any(anyUrl()).willReturn(okJson("null")));
		StepVerifier.create(this.template.exchange(ApiRequest.delete("/v1/voices/v"), Object.class))
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void queriesAreEncodedWhateverTheyHold() {
		SERVER.stubFor(any(anyUrl()).willReturn(okJson("{}")));
		ApiRequest request = ApiRequest.get("/v1/{kind}/x{y}", "a/b", "{z}")
			.query("q", "{curly} a+b&c=d;e?f#g/h ü😀 100%")
			.query("empty", "")
			.query("many", 1)
			.query("many", 2)
			.query("filter[a b]", "{x}")
			.query("no:thing", null)
			.query("od:d", "v");
		this.template.exchange(request, Object.class).block(PATIENCE);
		LoggedRequest sent = SERVER.findAll(anyRequestedFor(anyUrl())).get(0);
		assertThat(sent.getUrl()).isEqualTo("/v1/a%2Fb/x%7Bz%7D?q=%7Bcurly%7D%20a%2Bb%26c%3Dd%3Be%3Ff%23g%2Fh%20"
				+ "%C3%BC%F0%9F%98%80%20100%25&empty=&many=1&many=2&filter%5Ba%20b%5D=%7Bx%7D&od%3Ad=v");
	}

	@Test
	void aBaseUrlWithAPathKeepsIt() {
		SERVER.stubFor(any(anyUrl()).willReturn(okJson("{}")));
		Wire.to(URI.create(SERVER.baseUrl() + "/proxy/a%20b"))
			.template()
			.exchange(ApiRequest.get("/v1/models").query("a", "b"), Object.class)
			.block(PATIENCE);
		assertThat(SERVER.findAll(anyRequestedFor(anyUrl())).get(0).getUrl()).isEqualTo("/proxy/a%20b/v1/models?a=b");
	}

	@Test
	void valuesThatDoNotFitThePlaceholdersAreRefusedHere() {
		for (ApiRequest request : List.of(ApiRequest.get("/v1/voices/{id}"),
				ApiRequest.get("/v1/voices", "v").query("a", "b"), ApiRequest.get("/v1/{a}/{b}", "x").query("q", "y"),
				ApiRequest.get("/v1/voices/{id}", ".."))) {
			StepVerifier.create(this.template.exchange(request, Object.class)).expectErrorSatisfies((ex) -> {
				assertThat(ex).isInstanceOf(ElevenLabsException.class);
				assertThat(((ElevenLabsException) ex).getKind()).isEqualTo(ErrorKind.INVALID);
			}).verify(PATIENCE);
		}
		SERVER.verify(0, anyRequestedFor(anyUrl()));
	}

	@Test
	void aBodyThatIsNoJsonIsRefusedHere() {
		StepVerifier.create(this.template.exchange(ApiRequest.post("/v1/x").body(new Unwritable()), Object.class))
			.expectErrorSatisfies((ex) -> {
				assertThat(((ElevenLabsException) ex).getKind()).isEqualTo(ErrorKind.INVALID);
				assertThat(ex.getMessage()).doesNotContain("secret");
			})
			.verify(PATIENCE);
		SERVER.verify(0, anyRequestedFor(anyUrl()));
	}

	@Test
	void anyMethodWorks() {
		SERVER.stubFor(any(anyUrl()).willReturn(aResponse().withBody("{\"a\":1}")));
		for (HttpMethod method : List.of(HttpMethod.PATCH, HttpMethod.PUT, HttpMethod.DELETE)) {
			StepVerifier
				.create(this.template.exchange(ApiRequest.of(method, "/v1/x").body(Map.of("k", "v")), Map.class))
				.expectNext(Map.of("a", 1))
				.expectComplete()
				.verify(PATIENCE);
		}
	}

	record SoundEffect(String text, double durationSeconds, Double promptInfluence) {

	}

	record Dubbing(String dubbingId, double expectedDurationSec) {

	}

	static final class Unwritable {

		public String getText() {
			throw new IllegalStateException("secret");
		}

	}

}
