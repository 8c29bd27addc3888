package io.github.elevenspring.sample.startup;

import io.github.elevenspring.sample.SampleApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for what happens at start with and without an API key.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartTests {

	@ParameterizedTest
	@CsvSource({ "prod, ''", "prod, '   '", "staging, ''" })
	void saysHowToGetAndSetAKey(String profile, String key, CapturedOutput output) {
		assertThatException().isThrownBy(() -> start(profile, key));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Profile '" + profile
					+ "' speaks to ElevenLabs and needs an API key, but ELEVENLABS_API_KEY is not set.")
			.contains("sign in at https://elevenlabs.io, open your profile, choose \"API keys\"")
			.contains("ELEVENLABS_API_KEY=<your key> java -jar sample-app.jar --spring.profiles.active=" + profile)
			.contains("./mvnw spring-boot:run")
			.doesNotContain("\tat ");
	}

	@Test
	void takesThePlaceholderForAMissingKey(CapturedOutput output) {
		assertThatException().isThrownBy(() -> start("prod", "elevenlabs_dev_your_key_here"));
		assertThat(output).contains("ELEVENLABS_API_KEY still holds the placeholder 'elevenlabs_dev_your_key_here'.");
	}

	@ParameterizedTest
	@CsvSource({ "staging", "prod" })
	void startsWithAKeyAndKeepsItToItself(String profile, CapturedOutput output) {
		try (ConfigurableApplicationContext context = start(profile, "sk_of_this_test")) {
			assertThat(context.isRunning()).isTrue();
		}
		assertThat(output).doesNotContain("sk_of_this_test").doesNotContain("simulator");
	}

	@Test
	void startsTheSimulatorWithoutAProfileAndWithoutAKey(CapturedOutput output) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(SampleApplication.class)
			.run("--server.port=0", "--elevenlabs.api-key=")) {
			assertThat(context.isRunning()).isTrue();
		}
		assertThat(output).contains("1 default profile: \"dev\"").contains("simulator listens");
	}

	private static ConfigurableApplicationContext start(String profile, String key) {
		return new SpringApplicationBuilder(SampleApplication.class).profiles(profile)
			.run("--server.port=0", "--elevenlabs.api-key=" + key);
	}

}
