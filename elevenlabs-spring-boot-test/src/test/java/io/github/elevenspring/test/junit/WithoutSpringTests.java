package io.github.elevenspring.test.junit;

import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.SimulatorPlan;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The annotation on a class that knows no Spring.
 */
@EnableElevenLabsSimulator(plan = SimulatorPlan.SCALE, credits = 77)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WithoutSpringTests {

	private static ElevenLabsSimulator fromBeforeAll;

	@BeforeAll
	static void takes(ElevenLabsSimulator simulator) {
		fromBeforeAll = simulator;
	}

	@Test
	@Order(1)
	void startsOnePerClass(ElevenLabsSimulator simulator) {
		assertThat(simulator).isSameAs(fromBeforeAll);
		assertThat(simulator.isListening()).isTrue();
		assertThat(simulator.statistics().creditLimit()).isEqualTo(77);
		assertThat(simulator.statistics().groups().get("standard").limit()).isEqualTo(15);
		simulator.faults().next(Fault.unavailable());
		simulator.plan(SimulatorPlan.FREE);
	}

	@Test
	@Order(2)
	void isResetAfterEachTest(ElevenLabsSimulator simulator) {
		assertThat(simulator.faults().pending()).isZero();
		assertThat(simulator.statistics().groups().get("standard").limit()).isEqualTo(15);
		assertThat(simulator.statistics().creditLimit()).isEqualTo(77);
	}

	@Nested
	class Inside {

		@Test
		void sharesTheOneOutside(ElevenLabsSimulator simulator) {
			assertThat(simulator).isSameAs(fromBeforeAll);
		}

	}

}
