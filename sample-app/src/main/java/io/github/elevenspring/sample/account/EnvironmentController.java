package io.github.elevenspring.sample.account;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Tells the page whether it hears ElevenLabs or the simulator.
 */
@RestController
class EnvironmentController {

	private final boolean simulated;

	EnvironmentController(@Value("${elevenlabs.simulator.enabled:false}") boolean simulated) {
		this.simulated = simulated;
	}

	/**
	 * Tell where the speech comes from.
	 * @return whether it is simulated
	 */
	@GetMapping("/api/environment")
	EnvironmentView environment() {
		return new EnvironmentView(this.simulated);
	}

	/**
	 * Where the speech comes from.
	 *
	 * @param simulated whether the simulator speaks, which costs nothing
	 */
	record EnvironmentView(boolean simulated) {

	}

}
