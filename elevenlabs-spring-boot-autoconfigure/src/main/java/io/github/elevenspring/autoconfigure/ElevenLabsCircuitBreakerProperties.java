package io.github.elevenspring.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is not among the keys of Resilience4j's circuit breakers.
 *
 * @param enabled whether calls are refused at once while the service fails
 * @since 0.1.0
 */
@ConfigurationProperties("elevenlabs.circuit-breaker")
public record ElevenLabsCircuitBreakerProperties(@DefaultValue("true") boolean enabled) {

}
