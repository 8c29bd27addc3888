package io.github.elevenspring.test.simulator;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.elevenspring.test.junit.EnableElevenLabsSimulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Voices, models and the account.
 */
@EnableElevenLabsSimulator(voiceIds = "myVoice")
class CatalogueTests {

	private final ElevenLabsSimulator simulator;

	private final Client client;

	CatalogueTests(ElevenLabsSimulator simulator) {
		this.simulator = simulator;
		this.client = new Client(simulator);
	}

	@Test
	void pagesThroughAllVoices() {
		List<String> ids = new ArrayList<>();
		String token = "";
		int pages = 0;
		boolean more = true;
		while (more) {
			JsonNode page = Client.json(this.client.get("/v2/voices?page_size=7" + token));
			page.get("voices").forEach((voice) -> ids.add(voice.get("voice_id").stringValue()));
			assertThat(page.get("total_count").intValue()).isEqualTo(29);
			more = page.get("has_more").booleanValue();
			assertThat(page.get("next_page_token").isNull()).isEqualTo(!more);
			token = more ? "&next_page_token=" + page.get("next_page_token").stringValue() : "";
			pages++;
		}
		assertThat(pages).isEqualTo(5);
		assertThat(ids).isEqualTo(this.simulator.voiceIds()).doesNotHaveDuplicates().endsWith("myVoice");
		assertThat(ids.subList(0, 28)).allSatisfy((id) -> assertThat(id).hasSize(20));
	}

	@ParameterizedTest
	@CsvSource({ "search=corvin, 1", "category=premade, 15", "voice_type=default, 15", "voice_type=personal, 14",
			"voice_type=community, 0", "search=british, 7", "search=nobody, 0", "voice_ids=myVoice, 1" })
	void findsVoices(String query, int count) {
		JsonNode page = Client.json(this.client.get("/v2/voices?page_size=100&" + query));
		assertThat(page.get("voices").size()).isEqualTo(count);
		assertThat(page.get("has_more").booleanValue()).isFalse();
	}

	@Test
	void sortsVoices() {
		JsonNode page = Client
			.json(this.client.get("/v2/voices?sort=name&sort_direction=desc&include_total_count=false"));
		assertThat(page.get("voices").get(0).get("name").stringValue()).isEqualTo("Zelda");
		assertThat(page.get("total_count").intValue()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "page_size=0, 400, invalid_page_size", "page_size=101, 400, invalid_page_size",
			"page_size=x, 422, int_parsing", "next_page_token=x, 400, invalid_cursor", "sort=x, 422, enum",
			"category=x, 422, enum", "include_total_count=x, 422, bool_parsing" })
	void refusesAWrongQuery(String query, int status, String part) {
		HttpResponse<byte[]> response = this.client.get("/v2/voices?" + query);
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(new String(response.body())).contains(part);
		assertThat(this.client.send(this.client.anonymous("/v2/voices?" + query).GET().build()).statusCode())
			.isEqualTo(401);
	}

	@Test
	void showsOneVoice() {
		String id = this.simulator.voiceIds().get(3);
		assertThat(Client.json(this.client.get("/v1/voices/" + id)).get("voice_id").stringValue()).isEqualTo(id);
		assertThat(Client.json(this.client.get("/v1/voices/" + id + "/settings")).get("similarity_boost").doubleValue())
			.isEqualTo(0.75);
		assertThat(Client.json(this.client.get("/v1/voices/settings/default")).get("speed").doubleValue()).isEqualTo(1);
		assertThat(this.client.get("/v1/voices/nobody").statusCode()).isEqualTo(404);
		assertThat(Client.json(this.client.get("/v1/voices")).get("voices").size()).isEqualTo(29);
	}

	@Test
	void givesEachVoiceItsOwnSound() {
		Set<Integer> sounds = new HashSet<>();
		new VoiceCatalog(List.of()).all().forEach((voice) -> sounds.add(voice.timbre().hashCode()));
		assertThat(sounds).hasSize(28);
	}

	@Test
	void listsTheModels() {
		JsonNode models = Client.json(this.client.get("/v1/models"));
		assertThat(models.size()).isEqualTo(11);
		JsonNode flash = models.valueStream()
			.filter((model) -> "eleven_flash_v2_5".equals(model.get("model_id").stringValue()))
			.findFirst()
			.orElseThrow();
		assertThat(flash.get("maximum_text_length_per_request").intValue()).isEqualTo(40_000);
		assertThat(flash.get("concurrency_group").stringValue()).isEqualTo("turbo");
		assertThat(flash.get("model_rates").get("character_cost_multiplier").doubleValue()).isEqualTo(0.5);
		assertThat(flash.get("can_do_text_to_speech").booleanValue()).isTrue();
		assertThat(flash.get("languages").size()).isEqualTo(32);
	}

	@Test
	void looksForAWorkspaceWhenModelsAreAskedForWithoutAKey() {
		HttpResponse<byte[]> response = this.client.send(this.client.anonymous("/v1/models").GET().build());
		assertThat(response.statusCode()).isEqualTo(404);
		assertThat(Client.json(response).get("detail").get("code").stringValue()).isEqualTo("workspace_not_found");
	}

	@Test
	void showsTheSubscription() {
		JsonNode subscription = Client.json(this.client.get("/v1/user/subscription"));
		assertThat(subscription.get("tier").stringValue()).isEqualTo("creator");
		assertThat(subscription.get("character_limit").longValue()).isEqualTo(121_000);
		assertThat(subscription.get("status").stringValue()).isEqualTo("active");
		assertThat(Client.json(this.client.get("/v1/user")).get("subscription").get("tier").stringValue())
			.isEqualTo("creator");
	}

}
