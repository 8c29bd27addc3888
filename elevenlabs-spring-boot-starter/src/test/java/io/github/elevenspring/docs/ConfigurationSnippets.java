package io.github.elevenspring.docs;

import java.net.URI;

import io.github.elevenspring.autoconfigure.ElevenLabsConnectionDetails;
import io.github.elevenspring.autoconfigure.ElevenLabsWebClientCustomizer;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.fallback.FallbackSpeech;
import io.github.elevenspring.fallback.SpeechFallback;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.Region;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/**
 * Snippets of the pages on the connection, the path of a call and fallbacks.
 */
@Configuration(proxyBeanMethods = false)
class ConfigurationSnippets {

	private static final Logger logger = LoggerFactory.getLogger(ConfigurationSnippets.class);

	@Bean
	Vault vault() {
		return () -> "elevenlabs_dev_your_key_here";
	}

	@Bean
	ElevenLabsConnectionDetails elevenLabsConnection(Vault vault) {
		return new ElevenLabsConnectionDetails() {

			@Override
			public URI getBaseUrl() {
				return Region.EU.baseUrl();
			}

			@Override
			public String getApiKey() {
				return vault.currentKey();
			}

		};
	}

	@Bean
	ElevenLabsWebClientCustomizer team() {
		return (builder) -> builder.defaultHeader("X-Team", "blue");
	}

	@Bean
	@Order(CallPipeline.ORDER_OF_OBSERVATION + 1)
	CallStage creditLog() {
		return (call, next) -> next.proceed(call).doOnNext((part) -> {
			if (part instanceof ReplyPart.Head head) {
				logger.info("{} cost {} credits", call.operation().id(), head.metadata().billedCredits());
			}
		});
	}

	@Bean
	CallStage stopwatch() {
		return (call, next) -> next.proceed(call, Stopwatch::new);
	}

	@Bean
	LocalEngine engine() {
		return String::getBytes;
	}

	@Bean
	SpeechFallback localEngine(LocalEngine engine) {
		return (request, error) -> Mono.fromCallable(() -> engine.say(request.text()))
			.map((wav) -> new FallbackSpeech("local", OutputFormat.WAV_24000, Flux.just(wav)));
	}

	interface LocalEngine {

		byte[] say(String text);

	}

	interface Vault {

		String currentKey();

	}

}
