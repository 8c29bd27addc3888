package io.github.elevenspring.test.autoconfigure;

import io.github.elevenspring.autoconfigure.ElevenLabsClientAutoConfiguration;
import io.github.elevenspring.autoconfigure.ElevenLabsConnectionDetails;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * Starts a simulator with the application and points the client at it, when
 * {@code elevenlabs.simulator.enabled} says so.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = ElevenLabsClientAutoConfiguration.class)
@ConditionalOnBooleanProperty("elevenlabs.simulator.enabled")
@EnableConfigurationProperties(ElevenLabsSimulatorProperties.class)
public final class ElevenLabsSimulatorAutoConfiguration {

	private static final Log logger = LogFactory.getLog(ElevenLabsSimulatorAutoConfiguration.class);

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	ElevenLabsSimulator elevenLabsSimulator(ElevenLabsSimulatorProperties properties) {
		ElevenLabsSimulator simulator = properties.start();
		logger.info("ElevenLabs simulator listens on %s with the plan %s; no call leaves this machine"
			.formatted(simulator.baseUrl(), properties.plan()));
		return simulator;
	}

	@Bean
	@ConditionalOnMissingBean(ElevenLabsConnectionDetails.class)
	SimulatorConnectionDetails simulatorConnectionDetails(ElevenLabsSimulator simulator) {
		return new SimulatorConnectionDetails(simulator);
	}

}
