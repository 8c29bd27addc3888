package io.github.elevenspring.test.junit;

import io.github.elevenspring.autoconfigure.ElevenLabsConnectionDetails;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.SimulatorPlan;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The annotation on a class with a Spring context.
 */
@SpringBootTest(classes = WithSpringTests.Application.class)
@EnableElevenLabsSimulator(plan = SimulatorPlan.PRO)
class WithSpringTests {

	@Autowired
	private ElevenLabsSimulator bean;

	@Autowired
	private ElevenLabsConnectionDetails details;

	@Test
	void putsTheSimulatorIntoTheContext(ElevenLabsSimulator simulator) {
		assertThat(simulator).isSameAs(this.bean);
		assertThat(this.details.getBaseUrl()).isEqualTo(simulator.baseUrl());
		assertThat(this.details.getApiKey()).isEqualTo(simulator.apiKey());
		assertThat(simulator.statistics().groups().get("standard").limit()).isEqualTo(10);
	}

	@Test
	void backsOffFromTheAutoConfiguration(@Autowired ApplicationContext context) {
		assertThat(context.getBeansOfType(ElevenLabsSimulator.class)).hasSize(1);
		assertThat(context.getBeansOfType(ElevenLabsConnectionDetails.class)).hasSize(1);
	}

	@Nested
	class Inside {

		@Test
		void sharesTheContext(ElevenLabsSimulator simulator) {
			assertThat(simulator).isSameAs(WithSpringTests.this.bean);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
