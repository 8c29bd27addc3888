package io.github.elevenspring.test.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Speaks plain HTTP with a simulator.
 */
final class Client {

	private static final JsonMapper JSON = new JsonMapper();

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private final ElevenLabsSimulator simulator;

	Client(ElevenLabsSimulator simulator) {
		this.simulator = simulator;
	}

	HttpResponse<byte[]> get(String path) {
		return send(request(path).GET().build());
	}

	HttpResponse<byte[]> speak(String suffix, String body) {
		return send(speech(suffix, body));
	}

	CompletableFuture<HttpResponse<byte[]>> speakLater(String suffix, String body) {
		return HTTP.sendAsync(speech(suffix, body), BodyHandlers.ofByteArray());
	}

	CompletableFuture<HttpResponse<InputStream>> open(String suffix, String body) {
		return HTTP.sendAsync(speech(suffix, body), BodyHandlers.ofInputStream());
	}

	HttpRequest speech(String suffix, String body) {
		return request("/v1/text-to-speech/" + this.simulator.voiceIds().get(0) + suffix)
			.header("content-type", "application/json")
			.POST(BodyPublishers.ofString(body))
			.build();
	}

	HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(this.simulator.baseUrl().resolve(path))
			.timeout(Duration.ofSeconds(30))
			.header("xi-api-key", this.simulator.apiKey());
	}

	HttpRequest.Builder anonymous(String path) {
		return HttpRequest.newBuilder(this.simulator.baseUrl().resolve(path)).timeout(Duration.ofSeconds(30));
	}

	HttpResponse<byte[]> send(HttpRequest request) {
		try {
			return HTTP.send(request, BodyHandlers.ofByteArray());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	static JsonNode json(HttpResponse<byte[]> response) {
		return JSON.readTree(response.body());
	}

	static String text(String text) {
		return JSON.writeValueAsString(Map.of("text", text));
	}

}
