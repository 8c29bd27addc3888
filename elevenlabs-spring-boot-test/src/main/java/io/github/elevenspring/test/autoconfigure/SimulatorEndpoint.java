package io.github.elevenspring.test.autoconfigure;

import java.net.URI;

import io.github.elevenspring.test.simulator.ElevenLabsSimulator;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Lets a person take ElevenLabs away and bring it back while the application runs. Like
 * any endpoint it is there only where it is exposed. Safe for use by several threads.
 *
 * @since 0.1.0
 */
@Endpoint(id = "simulator")
public final class SimulatorEndpoint {

	private final ElevenLabsSimulator simulator;

	/**
	 * Create the endpoint of a simulator.
	 * @param simulator the simulator
	 */
	public SimulatorEndpoint(ElevenLabsSimulator simulator) {
		this.simulator = simulator;
	}

	/**
	 * Tell whether the simulator is there.
	 * @return its state
	 */
	@ReadOperation
	public State state() {
		return new State(this.simulator.isListening(), this.simulator.baseUrl());
	}

	/**
	 * Stop the simulator as a server that goes away, or start it again at the same port.
	 * @param listening whether it is to accept connections
	 * @return its state then
	 */
	@WriteOperation
	public State listen(boolean listening) {
		if (listening) {
			this.simulator.start();
		}
		else {
			this.simulator.stop();
		}
		return state();
	}

	/**
	 * Whether the simulator is there, and where.
	 *
	 * @param listening whether it accepts connections
	 * @param baseUrl its address
	 */
	public record State(boolean listening, URI baseUrl) {

	}

}
