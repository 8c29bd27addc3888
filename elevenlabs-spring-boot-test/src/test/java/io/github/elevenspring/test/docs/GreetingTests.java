package io.github.elevenspring.test.docs;

import io.github.elevenspring.test.junit.EnableElevenLabsSimulator;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.SimulatorPlan;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The test that the page on the simulator shows.
 */
@SpringBootTest
@EnableElevenLabsSimulator(plan = SimulatorPlan.PRO)
class GreetingTests {

	@Test
	void survivesAnOutage(@Autowired Greeting greeting, ElevenLabsSimulator simulator) {
		simulator.faults().next(Fault.unavailable());
		assertThat(greeting.speak()).isEqualTo("Sorry, no voice today");
		assertThat(simulator.faults().pending()).isZero();
	}

}
