package io.github.elevenspring.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;

import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.deadline.DeadlineStage;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.github.elevenspring.template.SpeechDefaults;
import io.github.elevenspring.validation.ValidationStage;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.HttpRedirects;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Makes templates that speak to a server of a test, wired as the auto-configuration wires
 * them.
 *
 * @param baseUrl where the server is
 * @param apiKey the key to send
 * @param connect longest wait for a connection
 * @param firstByte longest wait for the first byte
 * @param idle longest wait between two parts
 * @param total longest time of a call
 * @param mostInMemory bytes that may be held at once
 */
public record Wire(URI baseUrl, String apiKey, Duration connect, Duration firstByte, Duration idle, Duration total,
		long mostInMemory) {

	/**
	 * A key that looks like a real one and opens nothing.
	 */
	public static final String KEY = "sk_0f1e2d3c4b5a69788796a5b4c3d2e1f00123456789abcdef";

	/**
	 * The voice that speaks when a request names none.
	 */
	public static final String VOICE = "21m00Tcm4TlvDq8ikWAM";

	/**
	 * The most any step of a test may take before it counts as hanging.
	 */
	public static final Duration PATIENCE = Duration.ofSeconds(10);

	public static Wire to(URI baseUrl) {
		return new Wire(baseUrl, KEY, Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5),
				Duration.ofSeconds(20), 4 * 1024 * 1024);
	}

	public Wire apiKey(String apiKey) {
		return new Wire(this.baseUrl, apiKey, this.connect, this.firstByte, this.idle, this.total, this.mostInMemory);
	}

	public Wire connect(Duration connect) {
		return new Wire(this.baseUrl, this.apiKey, connect, this.firstByte, this.idle, this.total, this.mostInMemory);
	}

	public Wire firstByte(Duration firstByte) {
		return new Wire(this.baseUrl, this.apiKey, this.connect, firstByte, this.idle, this.total, this.mostInMemory);
	}

	public Wire idle(Duration idle) {
		return new Wire(this.baseUrl, this.apiKey, this.connect, this.firstByte, idle, this.total, this.mostInMemory);
	}

	public Wire total(Duration total) {
		return new Wire(this.baseUrl, this.apiKey, this.connect, this.firstByte, this.idle, total, this.mostInMemory);
	}

	public Wire mostInMemory(long mostInMemory) {
		return new Wire(this.baseUrl, this.apiKey, this.connect, this.firstByte, this.idle, this.total, mostInMemory);
	}

	public ElevenLabsTemplate template() {
		return template(new ModelCatalog());
	}

	public ElevenLabsTemplate template(ModelCatalog models) {
		CallPipeline pipeline = new CallPipeline(
				List.of(new ValidationStage(models), new DeadlineStage(this.total, Schedulers.parallel())), client());
		return new ElevenLabsTemplate(pipeline, new ReplyReader(this.mostInMemory),
				new SpeechDefaults(VOICE, ModelCatalog.DEFAULT_MODEL, OutputFormat.MP3_44100_128), models);
	}

	public ElevenLabsClient client() {
		HttpClientSettings settings = HttpClientSettings.defaults()
			.withRedirects(HttpRedirects.DONT_FOLLOW)
			.withConnectTimeout(this.connect);
		ClientHttpConnector connector = ClientHttpConnectorBuilder.reactor()
			.withHttpClientCustomizer(WireLogging::withoutContents)
			.build(settings);
		WebClient http = WebClient.builder()
			.clientConnector(new ApiKeyConnector(new EventLoopConnector(connector), this::apiKey))
			.build();
		return new ElevenLabsClient(http, this::baseUrl, this::apiKey, new Timeouts(this.firstByte, this.idle),
				Schedulers.parallel());
	}

}
