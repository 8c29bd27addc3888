package io.github.elevenspring.autoconfigure;

import java.net.URI;

import org.jspecify.annotations.Nullable;

/**
 * {@link ElevenLabsConnectionDetails} from {@link ElevenLabsProperties}.
 */
final class PropertiesElevenLabsConnectionDetails implements ElevenLabsConnectionDetails {

	private final ElevenLabsProperties properties;

	PropertiesElevenLabsConnectionDetails(ElevenLabsProperties properties) {
		this.properties = properties;
	}

	@Override
	public URI getBaseUrl() {
		URI baseUrl = this.properties.baseUrl();
		return (baseUrl != null) ? baseUrl : this.properties.region().baseUrl();
	}

	@Override
	public @Nullable String getApiKey() {
		return this.properties.apiKey();
	}

}
