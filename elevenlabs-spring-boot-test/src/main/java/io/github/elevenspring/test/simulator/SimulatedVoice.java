package io.github.elevenspring.test.simulator;

import java.util.Map;

import io.github.elevenspring.test.simulator.speech.Timbre;

/**
 * A voice of the account.
 *
 * @param id the id, 20 characters
 * @param name the name
 * @param category {@code premade}, {@code cloned}, {@code generated} or
 * {@code professional}
 * @param description one sentence
 * @param labels accent, age, gender and the like
 * @param createdAt when it was created, in seconds
 * @param timbre how it sounds
 */
record SimulatedVoice(String id, String name, String category, String description, Map<String, String> labels,
		long createdAt, Timbre timbre) {

	boolean isOwn() {
		return !"premade".equals(this.category);
	}

}
