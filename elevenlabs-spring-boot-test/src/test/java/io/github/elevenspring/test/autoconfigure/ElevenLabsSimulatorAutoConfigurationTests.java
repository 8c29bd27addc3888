package io.github.elevenspring.test.autoconfigure;

import java.net.URI;
import java.nio.file.Path;

import io.github.elevenspring.autoconfigure.ElevenLabsAutoConfiguration;
import io.github.elevenspring.autoconfigure.ElevenLabsClientAutoConfiguration;
import io.github.elevenspring.autoconfigure.ElevenLabsConnectionDetails;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ElevenLabsSimulatorAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class ElevenLabsSimulatorAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ElevenLabsSimulatorAutoConfiguration.class));

	/**
	 * Whatever key lies in the environment: with the simulator on, no call leaves the
	 * machine.
	 */
	@Test
	void winsOverTheKeyOfAnAccount() {
		this.runner
			.withConfiguration(
					AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
							ElevenLabsAutoConfiguration.class, ElevenLabsClientAutoConfiguration.class))
			.withPropertyValues("elevenlabs.simulator.enabled=true", "elevenlabs.api-key=elevenlabs_dev_your_key_here",
					"elevenlabs.base-url=https://api.elevenlabs.io")
			.run((context) -> {
				ElevenLabsConnectionDetails details = context.getBean(ElevenLabsConnectionDetails.class);
				ElevenLabsSimulator simulator = context.getBean(ElevenLabsSimulator.class);
				assertThat(details.getBaseUrl()).isEqualTo(simulator.baseUrl());
				assertThat(details.getApiKey()).isEqualTo(simulator.apiKey());
			});
	}

	@Test
	void canBeTakenAwayAndBroughtBackWhereTheEndpointIsExposed() {
		ApplicationContextRunner withEndpoint = this.runner
			.withConfiguration(AutoConfigurations.of(SimulatorEndpointAutoConfiguration.class))
			.withPropertyValues("elevenlabs.simulator.enabled=true");
		withEndpoint.run((context) -> assertThat(context).doesNotHaveBean(SimulatorEndpoint.class));
		withEndpoint.withPropertyValues("management.endpoints.web.exposure.include=simulator")
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(SimulatorEndpoint.class));
		withEndpoint.withPropertyValues("management.endpoints.web.exposure.include=simulator").run((context) -> {
			ElevenLabsSimulator simulator = context.getBean(ElevenLabsSimulator.class);
			SimulatorEndpoint endpoint = context.getBean(SimulatorEndpoint.class);
			URI address = simulator.baseUrl();
			assertThat(endpoint.listen(false).listening()).isFalse();
			assertThat(simulator.isListening()).isFalse();
			assertThat(endpoint.listen(true)).isEqualTo(new SimulatorEndpoint.State(true, address));
			assertThat(endpoint.state()).isEqualTo(new SimulatorEndpoint.State(true, address));
		});
	}

	@Test
	void isOffByDefault() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(ElevenLabsSimulator.class)
			.doesNotHaveBean(ElevenLabsConnectionDetails.class));
	}

	@Test
	void startsAndPointsTheClientAtIt(CapturedOutput output) {
		ElevenLabsSimulator[] started = new ElevenLabsSimulator[1];
		this.runner.withPropertyValues("elevenlabs.simulator.enabled=true", "elevenlabs.simulator.api-key=sk_secret")
			.run((context) -> {
				ElevenLabsSimulator simulator = context.getBean(ElevenLabsSimulator.class);
				ElevenLabsConnectionDetails details = context.getBean(ElevenLabsConnectionDetails.class);
				assertThat(details.getBaseUrl()).isEqualTo(simulator.baseUrl());
				assertThat(details.getApiKey()).isEqualTo("sk_secret");
				assertThat(simulator.isListening()).isTrue();
				assertThat(output).contains(simulator.baseUrl().toString()).doesNotContain("sk_secret");
				started[0] = simulator;
			});
		assertThat(started[0].isListening()).isFalse();
	}

	@Test
	void bindsItsProperties() {
		this.runner
			.withPropertyValues("elevenlabs.simulator.enabled=true", "elevenlabs.simulator.plan=pro",
					"elevenlabs.simulator.credits=5", "elevenlabs.simulator.limits.standard=1",
					"elevenlabs.simulator.over-limit=queue", "elevenlabs.simulator.quota-answer=current",
					"elevenlabs.simulator.fault-rate=0.5", "elevenlabs.simulator.faults=unavailable,stall-after:20",
					"elevenlabs.simulator.voice-ids=mine", "elevenlabs.simulator.seed=7",
					"elevenlabs.simulator.stream-speed=0", "elevenlabs.simulator.latency-factor=0",
					"elevenlabs.simulator.any-key=true")
			.run((context) -> {
				ElevenLabsSimulator simulator = context.getBean(ElevenLabsSimulator.class);
				assertThat(simulator.statistics().creditLimit()).isEqualTo(5);
				assertThat(simulator.statistics().groups().get("standard").limit()).isEqualTo(1);
				assertThat(simulator.statistics().groups().get("turbo").limit()).isEqualTo(20);
				assertThat(simulator.voiceIds()).endsWith("mine");
			});
	}

	@Test
	void saysWhatIsWrongWithAFault() {
		this.runner.withPropertyValues("elevenlabs.simulator.enabled=true", "elevenlabs.simulator.faults=typo")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.rootCause()
				.hasMessageContaining("There is no fault 'typo'; there are"));
	}

	@Test
	void backsOffFromOtherConnectionDetails() {
		this.runner.withUserConfiguration(OwnDetails.class)
			.withPropertyValues("elevenlabs.simulator.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(ElevenLabsSimulator.class)
				.hasSingleBean(ElevenLabsConnectionDetails.class)
				.doesNotHaveBean(SimulatorConnectionDetails.class));
	}

	@Test
	void backsOffFromAnotherSimulator() {
		this.runner.withUserConfiguration(OwnSimulator.class)
			.withPropertyValues("elevenlabs.simulator.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(ElevenLabsSimulator.class).hasBean("ownSimulator"));
	}

	@Test
	void eachIsListedUnderItsRealName() throws ClassNotFoundException {
		ClassLoader classLoader = getClass().getClassLoader();
		int ours = 0;
		for (String name : ImportCandidates.load(AutoConfiguration.class, classLoader)) {
			if (name.startsWith("io.github.elevenspring.test.")) {
				assertThat(Class.forName(name)).hasAnnotation(AutoConfiguration.class);
				ours++;
			}
		}
		assertThat(ours).isEqualTo(2);
	}

	@Test
	void describesEachProperty() throws Exception {
		URI classes = ElevenLabsSimulatorProperties.class.getProtectionDomain().getCodeSource().getLocation().toURI();
		JsonNode metadata = new JsonMapper()
			.readTree(Path.of(classes).resolve("META-INF/spring-configuration-metadata.json").toFile());
		long described = metadata.get("properties").valueStream().filter((property) -> {
			String name = property.get("name").stringValue();
			assertThat(property.path("description").asString("")).as(name).isNotBlank();
			return name.startsWith("elevenlabs.simulator.");
		}).count();
		assertThat(described).isEqualTo(ElevenLabsSimulatorProperties.class.getRecordComponents().length);
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnDetails {

		@Bean
		ElevenLabsConnectionDetails ownDetails() {
			return new ElevenLabsConnectionDetails() {

				@Override
				public URI getBaseUrl() {
					return URI.create("http://localhost");
				}

				@Override
				public String getApiKey() {
					return "own";
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnSimulator {

		@Bean
		ElevenLabsSimulator ownSimulator() {
			return ElevenLabsSimulator.builder().start();
		}

	}

}
