package io.github.elevenspring.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.github.elevenspring.model.Degradation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/**
 * Auto-configuration that says what has no effect where the cache is switched off. A
 * profile that does so need not know what else was asked for, so this is no failure.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "elevenlabs.cache.enabled", havingValue = false)
@EnableConfigurationProperties({ ElevenLabsCacheProperties.class, ElevenLabsFallbackProperties.class })
public final class ElevenLabsCacheSwitchedOffAutoConfiguration {

	private static final Log logger = LogFactory.getLog(ElevenLabsCacheSwitchedOffAutoConfiguration.class);

	ElevenLabsCacheSwitchedOffAutoConfiguration(ElevenLabsCacheProperties cache,
			ElevenLabsFallbackProperties fallback) {
		List<String> idle = new ArrayList<>();
		if (cache.redis().enabled()) {
			idle.add(ElevenLabsRedisCacheAutoConfiguration.PROPERTY);
		}
		if (!cache.warmUp().isEmpty()) {
			idle.add("elevenlabs.cache.warm-up");
		}
		if (fallback.chain().contains(Degradation.Kind.STALE_CACHE)) {
			idle.add("'stale-cache' in elevenlabs.fallback.chain");
		}
		if (!idle.isEmpty()) {
			logger.warn("elevenlabs.cache.enabled=false switches the whole cache off. This has no effect: "
					+ String.join(", ", idle));
		}
	}

}
