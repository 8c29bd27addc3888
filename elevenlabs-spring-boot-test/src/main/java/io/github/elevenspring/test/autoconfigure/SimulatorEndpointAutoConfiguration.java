package io.github.elevenspring.test.autoconfigure;

import io.github.elevenspring.test.simulator.ElevenLabsSimulator;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Puts the simulator under {@code /actuator/simulator}, where that is exposed.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = ElevenLabsSimulatorAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(ElevenLabsSimulator.class)
public final class SimulatorEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint
	SimulatorEndpoint elevenLabsSimulatorEndpoint(ElevenLabsSimulator simulator) {
		return new SimulatorEndpoint(simulator);
	}

}
