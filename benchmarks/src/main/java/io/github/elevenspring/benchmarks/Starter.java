package io.github.elevenspring.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.github.elevenspring.cache.CacheTier;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.template.ElevenLabsTemplate;
import org.springframework.ai.elevenlabs.ElevenLabsTextToSpeechModel;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * An application that has the starter, and that of Spring AI beside it, as their users
 * have them: what is not set here is auto-configured, metrics among it.
 */
final class Starter implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final String url;

	/**
	 * Start an application.
	 * @param url where it finds ElevenLabs
	 * @param properties its configuration
	 */
	Starter(String url, String... properties) {
		this.url = url;
		List<String> all = new ArrayList<>(List.of("elevenlabs.api-key=key", "elevenlabs.base-url=" + url,
				"elevenlabs.defaults.voice-id=" + Contender.VOICE, "elevenlabs.plan=business",
				"elevenlabs.limiter.limits.standard=100", "spring.ai.elevenlabs.api-key=key",
				"spring.ai.elevenlabs.base-url=" + url, "spring.ai.elevenlabs.tts.voice-id=" + Contender.VOICE,
				"spring.ai.elevenlabs.tts.model-id=" + ModelCatalog.DEFAULT_MODEL,
				"spring.ai.elevenlabs.tts.output-format=mp3_44100_128", "logging.level.root=warn",
				"logging.level.io.github.elevenspring=error", "spring.main.banner-mode=off"));
		Collections.addAll(all, properties);
		this.context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties(all.toArray(String[]::new))
			.run();
	}

	/**
	 * Start one in whose pipeline every stage takes part.
	 */
	static Starter withEverything(String url) {
		return new Starter(url, "elevenlabs.cache.enabled=true", "elevenlabs.fallback.chain=stale-cache,model",
				"elevenlabs.fallback.model-id=eleven_flash_v2_5");
	}

	/**
	 * Return the cache in memory that an application gets, unless its heap is small.
	 */
	static CacheTier nearCacheTier() {
		try (Starter starter = new Starter("http://127.0.0.1:9", "elevenlabs.cache.max-size=64MB")) {
			return starter.context.getBean("elevenLabsNearCacheTier", CacheTier.class);
		}
	}

	String url() {
		return this.url;
	}

	ElevenLabsTemplate elevenLabs() {
		return this.context.getBean(ElevenLabsTemplate.class);
	}

	/**
	 * Return the model of Spring AI that the application gets from its starter, with the
	 * clients of Spring Boot.
	 */
	ElevenLabsTextToSpeechModel springAi() {
		return this.context.getBean(ElevenLabsTextToSpeechModel.class);
	}

	/**
	 * Return the client that any application gets, which watches the requests.
	 */
	WebClient webClient() {
		return this.context.getBean(WebClient.Builder.class).baseUrl(this.url).clientConnector(connector()).build();
	}

	/**
	 * Return the connector below the pipeline.
	 */
	ClientHttpConnector connector() {
		return this.context.getBean(ClientHttpConnectorBuilder.class).build(HttpClientSettings.defaults());
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
