package io.github.elevenspring.autoconfigure;

import java.time.Duration;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.elevenspring.cache.CacheTier;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.cache.CaffeineCacheMetrics;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cache.caffeine.CaffeineCache;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration for the library's own cache in memory, bounded by bytes. It is no
 * bean of a Spring type, so the application's own caches are configured as ever.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = ElevenLabsCacheAutoConfiguration.class,
		afterName = "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration")
@ConditionalOnClass({ Caffeine.class, CaffeineCache.class })
@ConditionalOnBooleanProperty(name = "elevenlabs.cache.enabled", matchIfMissing = true)
@EnableConfigurationProperties({ ElevenLabsCacheProperties.class, ElevenLabsFallbackProperties.class })
public final class ElevenLabsCaffeineCacheAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "elevenLabsNearCacheTier")
	@Order(0)
	CacheTier elevenLabsNearCacheTier(ElevenLabsCacheProperties properties, ElevenLabsFallbackProperties fallback,
			ObjectProvider<MeterRegistry> registry) {
		Duration lifetime = properties.toSettings(fallback).lifetime();
		Cache<Object, Object> cache = Caffeine.newBuilder()
			.maximumWeight(properties.maxBytes(Runtime.getRuntime().maxMemory()))
			.weigher((key, value) -> CacheTier.weight(value))
			.expireAfterWrite(lifetime)
			.recordStats()
			// Its upkeep is short: another thread would cost more to wake up
			.executor(Runnable::run)
			.build();
		registry
			.ifAvailable((meters) -> CaffeineCacheMetrics.monitor(meters, cache, ElevenLabsCacheProperties.CACHE_NAME));
		return CacheTier.inMemory(new CaffeineCache(ElevenLabsCacheProperties.CACHE_NAME, cache, false));
	}

}
