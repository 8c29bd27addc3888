package io.github.elevenspring.test.simulator;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;

import io.github.elevenspring.test.junit.EnableElevenLabsSimulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The control plane over HTTP.
 */
@EnableElevenLabsSimulator
class ControlTests {

	private static final String HELLO = Client.text("Hello.");

	private final Client client;

	ControlTests(ElevenLabsSimulator simulator) {
		this.client = new Client(simulator);
	}

	@Test
	void plansFaults() {
		control("POST", "/simulator/faults", "{\"faults\":[\"unavailable\"],\"path\":\"/stream\",\"times\":2}");
		assertThat(state().get("faults_pending").intValue()).isEqualTo(2);
		assertThat(this.client.speak("", HELLO).statusCode()).isEqualTo(200);
		assertThat(this.client.speak("/stream", HELLO).statusCode()).isEqualTo(503);
		control("DELETE", "/simulator/faults", "");
		assertThat(this.client.speak("/stream", HELLO).statusCode()).isEqualTo(200);
	}

	@Test
	void spoilsAShareOfAllRequests() {
		control("POST", "/simulator/faults", "{\"faults\":[\"internal-error\"],\"rate\":1}");
		assertThat(this.client.get("/v1/models").statusCode()).isEqualTo(500);
		control("POST", "/simulator/reset", "");
		assertThat(this.client.get("/v1/models").statusCode()).isEqualTo(200);
	}

	@Test
	void changesWhatTheAccountMay() {
		control("PUT", "/simulator/plan", "{\"plan\":\"free\"}");
		assertThat(limit("standard")).isEqualTo(2);
		control("PUT", "/simulator/limits", "{\"standard\":0}");
		assertThat(this.client.speak("", HELLO).statusCode()).isEqualTo(429);
		control("PUT", "/simulator/credits", "{\"credits\":3}");
		assertThat(this.client.speak("", HELLO).statusCode()).isEqualTo(401);
		JsonNode pace = Client.json(control("PUT", "/simulator/pace", "{\"stream_speed\":2}")).get("pace");
		assertThat(pace.get("stream_speed").doubleValue()).isEqualTo(2);
		assertThat(pace.get("latency_factor").doubleValue()).isZero();
	}

	@Test
	void showsWhatItSawWithoutTheKey() {
		this.client.speak("?seed=1", HELLO);
		HttpResponse<byte[]> response = control("GET", "/simulator/journal", "");
		JsonNode request = Client.json(response).get(0);
		assertThat(request.get("method").stringValue()).isEqualTo("POST");
		assertThat(request.get("status").intValue()).isEqualTo(200);
		assertThat(request.get("body").stringValue()).isEqualTo(HELLO);
		assertThat(new String(response.body())).doesNotContain("xi-api-key", "sk_simulator");
		assertThat(state().get("statistics").get("requests").longValue()).isOne();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "POST | /simulator/faults | {\"faults\":[\"typo\"]} | There is no fault 'typo'",
					"POST | /simulator/faults | {} | faults", "POST | /simulator/faults | x | Unrecognized",
					"PUT | /simulator/plan | {\"plan\":\"gold\"} | 'gold' is none of free",
					"PUT | /simulator/limits | {\"standard\":-1} | must not be negative",
					"PUT | /simulator/limits | {\"standard\":\"x\"} | x" })
	void saysWhatIsWrong(String method, String path, String body, String part) {
		HttpResponse<byte[]> response = control(method, path, body);
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(Client.json(response).get("detail").stringValue()).contains(part);
	}

	private JsonNode state() {
		return Client.json(control("GET", "/simulator/state", ""));
	}

	private int limit(String group) {
		return state().get("statistics").get("groups").get(group).get("limit").intValue();
	}

	private HttpResponse<byte[]> control(String method, String path, String body) {
		return this.client.send(this.client.anonymous(path).method(method, BodyPublishers.ofString(body)).build());
	}

}
