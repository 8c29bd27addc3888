package io.github.elevenspring.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration that keeps the API key off actuator pages, also where an application
 * shows the values of its properties, and under whatever name the key is set.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = ElevenLabsClientAutoConfiguration.class)
@ConditionalOnClass(SanitizingFunction.class)
@ConditionalOnBean(ElevenLabsConnectionDetails.class)
public final class ElevenLabsSanitizingAutoConfiguration {

	@Bean
	SanitizingFunction elevenLabsApiKeySanitizingFunction(ElevenLabsConnectionDetails connection,
			ElevenLabsProperties properties) {
		return (data) -> isKey(data) || holdsKey(data, connection.getApiKey()) || holdsKey(data, properties.apiKey())
				? data.withSanitizedValue() : data;
	}

	/**
	 * Tell a key by its name, however that is spelled: it may not be the one in use.
	 */
	private static boolean isKey(SanitizableData data) {
		return data.getKey().replaceAll("[^A-Za-z]", "").equalsIgnoreCase("elevenlabsapikey");
	}

	private static boolean holdsKey(SanitizableData data, @Nullable String apiKey) {
		Object value = data.getValue();
		return value != null && StringUtils.hasText(apiKey) && value.toString().contains(apiKey);
	}

}
