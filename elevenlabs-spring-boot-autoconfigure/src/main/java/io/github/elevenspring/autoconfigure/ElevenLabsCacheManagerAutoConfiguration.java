package io.github.elevenspring.autoconfigure;

import io.github.elevenspring.cache.CacheTier;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration for a cache of the application in place of the library's own.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = ElevenLabsCaffeineCacheAutoConfiguration.class)
@ConditionalOnProperty("elevenlabs.cache.cache-manager")
@ConditionalOnBooleanProperty(name = "elevenlabs.cache.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ElevenLabsCacheProperties.class)
public final class ElevenLabsCacheManagerAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "elevenLabsNearCacheTier")
	@Order(0)
	CacheTier elevenLabsNearCacheTier(BeanFactory beans, ElevenLabsCacheProperties properties) {
		String name = properties.cacheManager();
		Assert.state(StringUtils.hasText(name), "'elevenlabs.cache.cache-manager' must name a bean");
		Cache cache = beans.getBean(name, CacheManager.class).getCache(ElevenLabsCacheProperties.CACHE_NAME);
		Assert.state(cache != null, () -> "The cache manager '" + name + "' has no cache named '"
				+ ElevenLabsCacheProperties.CACHE_NAME + "': add it, or let the manager make caches on demand");
		return CacheTier.of(cache, properties.timeout(), Schedulers.parallel());
	}

}
