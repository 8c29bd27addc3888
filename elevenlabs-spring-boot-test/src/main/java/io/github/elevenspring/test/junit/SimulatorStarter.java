package io.github.elevenspring.test.junit;

import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.Pace;

/**
 * Starts the simulator that an annotation describes.
 */
final class SimulatorStarter {

	private SimulatorStarter() {
	}

	static ElevenLabsSimulator start(EnableElevenLabsSimulator annotation) {
		ElevenLabsSimulator.Builder builder = ElevenLabsSimulator.builder()
			.plan(annotation.plan())
			.overLimit(annotation.overLimit())
			.quotaAnswer(annotation.quotaAnswer())
			.pace(new Pace(annotation.streamSpeed(), annotation.latencyFactor()))
			.seed(annotation.seed());
		if (annotation.credits() >= 0) {
			builder.credits(annotation.credits());
		}
		for (String voiceId : annotation.voiceIds()) {
			builder.voice(voiceId);
		}
		return builder.start();
	}

}
