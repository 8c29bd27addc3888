package io.github.elevenspring.autoconfigure;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How errors are answered to the clients of a web application.
 *
 * @param enabled whether errors of ElevenLabs are answered with problem details
 * @since 0.1.0
 */
@ConfigurationProperties("elevenlabs.problem-details")
public record ElevenLabsProblemProperties(@DefaultValue("true") boolean enabled) {

}
