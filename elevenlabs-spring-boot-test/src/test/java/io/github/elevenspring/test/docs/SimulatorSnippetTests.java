package io.github.elevenspring.test.docs;

import java.time.Duration;

import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.Pace;
import io.github.elevenspring.test.simulator.SimulatorPlan;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Snippets of the page on the simulator.
 */
class SimulatorSnippetTests {

	@Test
	void byHand() {
		try (ElevenLabsSimulator simulator = ElevenLabsSimulator.builder()
			.plan(SimulatorPlan.CREATOR)
			.seed(42)
			.pace(Pace.IMMEDIATE)
			.start()) {
			assertThat(simulator.baseUrl()).hasHost("127.0.0.1");
		}
	}

	@Test
	void faults() {
		try (ElevenLabsSimulator simulator = ElevenLabsSimulator.builder().start()) {
			faults(simulator);
			assertThat(simulator.faults().pending()).isEqualTo(4);
		}
	}

	private void faults(ElevenLabsSimulator simulator) {
		simulator.faults().next(Fault.systemBusy(Duration.ofSeconds(2)));
		simulator.faults().next("/stream", Fault.resetAfter(4096), 3);
		simulator.faults().rate(0.1, Fault.internalError(), Fault.stallAfter(2000));
	}

}
