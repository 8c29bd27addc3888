package io.github.elevenspring.autoconfigure;

import org.springframework.web.reactive.function.client.WebClient;

/**
 * Changes the WebClient that speaks to ElevenLabs, and only that one. Beans of this type
 * are called in their order, after Boot's own customizers. The connector is set last,
 * since it holds the key: to change it, declare a
 * {@link org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer}.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ElevenLabsWebClientCustomizer {

	/**
	 * Change the client.
	 * @param builder builds it
	 */
	void customize(WebClient.Builder builder);

}
