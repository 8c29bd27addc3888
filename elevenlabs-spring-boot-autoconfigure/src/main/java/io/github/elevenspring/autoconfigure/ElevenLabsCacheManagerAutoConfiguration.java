package io.github.elevenspring.autoconfigure;

import java.util.Objects;

import io.github.elevenspring.cache.CacheTier;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for a cache of the application in place of the library's own.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = ElevenLabsCaffeineCacheAutoConfiguration.class)
@ConditionalOnProperty(ElevenLabsCacheManagerAutoConfiguration.PROPERTY)
@ConditionalOnBooleanProperty(name = "elevenlabs.cache.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ElevenLabsCacheProperties.class)
public final class ElevenLabsCacheManagerAutoConfiguration {

	static final String PROPERTY = "elevenlabs.cache.cache-manager";

	@Bean
	@ConditionalOnMissingBean(name = "elevenLabsNearCacheTier")
	@Order(0)
	CacheTier elevenLabsNearCacheTier(BeanFactory beans, ElevenLabsCacheProperties properties) {
		String name = Objects.requireNonNull(properties.cacheManager());
		Cache cache = cacheManager(beans, name).getCache(ElevenLabsCacheProperties.CACHE_NAME);
		if (cache == null) {
			throw new InvalidConfigurationPropertyValueException(PROPERTY, name, "It has no cache named '"
					+ ElevenLabsCacheProperties.CACHE_NAME + "': add it, or let the manager make caches on demand");
		}
		return CacheTier.of(cache, properties.timeout(), Schedulers.parallel());
	}

	private static CacheManager cacheManager(BeanFactory beans, String name) {
		try {
			return beans.getBean(name, CacheManager.class);
		}
		catch (NoSuchBeanDefinitionException | BeanNotOfRequiredTypeException ex) {
			throw new InvalidConfigurationPropertyValueException(PROPERTY, name,
					"There is no CacheManager bean of that name");
		}
	}

}
