package io.github.elevenspring.test.autoconfigure;

import java.net.URI;

import io.github.elevenspring.autoconfigure.ElevenLabsConnectionDetails;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;

/**
 * Points the client at a simulator. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class SimulatorConnectionDetails implements ElevenLabsConnectionDetails {

	private final ElevenLabsSimulator simulator;

	/**
	 * Create the details of a simulator.
	 * @param simulator the simulator
	 */
	public SimulatorConnectionDetails(ElevenLabsSimulator simulator) {
		this.simulator = simulator;
	}

	@Override
	public URI getBaseUrl() {
		return this.simulator.baseUrl();
	}

	@Override
	public String getApiKey() {
		return this.simulator.apiKey();
	}

}
