package io.github.elevenspring.sample.startup;

import io.github.elevenspring.autoconfigure.ElevenLabsConnectionDetails;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * Refuses to start without somebody to speak to: the library starts without an API key
 * and fails with the first call, which is too late for an application that does nothing
 * else.
 */
@Component
class ConnectionCheck implements InitializingBean {

	private static final String SIMULATOR = "io.github.elevenspring.test.simulator.ElevenLabsSimulator";

	private static final String PLACEHOLDER = "elevenlabs_dev_your_key_here";

	private final Environment environment;

	private final ElevenLabsConnectionDetails connectionDetails;

	ConnectionCheck(Environment environment, ElevenLabsConnectionDetails connectionDetails) {
		this.environment = environment;
		this.connectionDetails = connectionDetails;
	}

	@Override
	public void afterPropertiesSet() {
		if (wantsSimulator()) {
			refuseWithoutSimulator();
		}
		else {
			refuseWithoutKey(this.connectionDetails.getApiKey());
		}
	}

	private boolean wantsSimulator() {
		return this.environment.getProperty("elevenlabs.simulator.enabled", Boolean.class, false);
	}

	private void refuseWithoutSimulator() {
		if (ClassUtils.isPresent(SIMULATOR, getClass().getClassLoader())) {
			return;
		}
		throw new StartRefusedException(
				"Profile '%s' speaks to the simulator, which is not part of the packaged application."
					.formatted(profile()),
				"""
						Either speak to ElevenLabs:

						    ELEVENLABS_API_KEY=<your key> java -jar sample-app.jar --spring.profiles.active=prod

						or use the simulator, which needs no key, from the root folder of the project:

						    ./mvnw spring-boot:run""");
	}

	private void refuseWithoutKey(@Nullable String apiKey) {
		String key = (apiKey == null || apiKey.startsWith("${")) ? "" : apiKey.trim();
		if (!key.isEmpty() && !PLACEHOLDER.equals(key)) {
			return;
		}
		String state = !key.isEmpty() ? "still holds the placeholder '" + PLACEHOLDER + "'" : "is not set";
		throw new StartRefusedException(
				"Profile '%s' speaks to ElevenLabs and needs an API key, but ELEVENLABS_API_KEY %s."
					.formatted(profile(), state),
				"""
						1. Get a key: sign in at https://elevenlabs.io, open your profile, choose "API keys" and create one
						   that may use Text to Speech and read Voices, Models and User.
						2. Start again with it:

						    ELEVENLABS_API_KEY=<your key> java -jar sample-app.jar --spring.profiles.active=%s

						To try the application without a key, run its simulator from the root folder of the project:

						    ./mvnw spring-boot:run"""
					.formatted(profile()));
	}

	private String profile() {
		String[] active = this.environment.getActiveProfiles();
		return String.join(",", (active.length > 0) ? active : this.environment.getDefaultProfiles());
	}

}
