package io.github.elevenspring.sample.account;

import java.util.List;
import java.util.Map;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.account.Subscription;
import io.github.elevenspring.model.catalog.Model;
import io.github.elevenspring.model.voice.Voice;
import io.github.elevenspring.sample.FakeElevenLabs;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.webflux.test.autoconfigure.WebFluxTest;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.test.json.JsonCompareMode;
import org.springframework.test.web.reactive.server.WebTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AccountController} and {@link EnvironmentController}.
 */
@WebFluxTest({ AccountController.class, EnvironmentController.class })
@Import(FakeElevenLabs.class)
class AccountControllerTests {

	@Autowired
	private WebTestClient client;

	@Autowired
	private FakeElevenLabs elevenLabs;

	@Test
	void listsVoices() {
		this.elevenLabs.listVoices(Flux.just(voice("v1")));
		get("/api/voices", """
				[{"id": "v1", "name": "Ada", "category": "premade", "description": "Calm.",
				"labels": {"accent": "british"}, "previewUrl": "https://example.org/v1.mp3"}]""");
		assertThat(this.elevenLabs.voiceQueries().get(0).search()).isNull();
	}

	@Test
	void searchesVoices() {
		this.elevenLabs.listVoices(Flux.empty());
		get("/api/voices?search=calm", "[]");
		assertThat(this.elevenLabs.voiceQueries().get(0).search()).isEqualTo("calm");
	}

	@Test
	void endsWhereNobodyScrollsTo() {
		this.elevenLabs.listVoices(Flux.range(0, 10_000).map((number) -> voice("v" + number)));
		this.client.get().uri("/api/voices").exchange().expectBodyList(AccountController.VoiceView.class).hasSize(500);
	}

	@Test
	void listsModelsThatSpeak() {
		this.elevenLabs.listModels(Flux.just(model("flash", true), model("scribe", false), model("unknown", null)));
		get("/api/models", """
				[{"id": "flash", "name": "Flash", "description": "Quick.", "maxCharacters": 40000,
				"creditsPerCharacter": 0.5, "usesStyle": false, "languages": ["en"]}]""");
	}

	@Test
	void tellsThePlan() {
		this.elevenLabs.tellSubscription(Mono.just(new Subscription("creator", "active", 1000, 121_000, null, null,
				1_800_000_000L, null, null, null, null, null, null, null, null, null, null)));
		get("/api/subscription", """
				{"plan": "creator", "status": "active", "usedCredits": 1000, "totalCredits": 121000,
				"remainingCredits": 120000, "nextReset": "2027-01-15T08:00:00Z"}""");
	}

	@Test
	void tellsThatTheKeyMayNotReadTheAccount() {
		this.elevenLabs.tellSubscription(
				Mono.error(new ElevenLabsRejectedException(ErrorKind.PERMISSION, "The key lacks user_read.")));
		this.client.get()
			.uri("/api/subscription")
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.BAD_GATEWAY)
			.expectBody()
			.jsonPath("$.kind")
			.isEqualTo("permission");
	}

	@Test
	void tellsThatTheSimulatorSpeaks() {
		get("/api/environment", "{\"simulated\": true}");
	}

	private void get(String uri, String json) {
		this.client.get().uri(uri).exchange().expectStatus().isOk().expectBody().json(json, JsonCompareMode.STRICT);
	}

	private static Voice voice(String id) {
		return new Voice(id, "Ada", "premade", "Calm.", Map.of("accent", "british"), "https://example.org/v1.mp3", null,
				List.of(), List.of(), null, null);
	}

	private static Model model(String id, Boolean speaks) {
		return new Model(id, "Flash", "Quick.", speaks, false, false, false, 1.0, 40_000,
				List.of(new Model.Language("en", "English")), new Model.Rates(0.5), "standard");
	}

}
