package io.github.elevenspring.model.speech;

import java.util.List;

import org.springframework.util.Assert;

/**
 * When each character is spoken. The three lists have the same length; times are in
 * seconds from the start of the speech.
 *
 * @param characters the characters, one string each
 * @param characterStartTimesSeconds when each begins
 * @param characterEndTimesSeconds when each ends
 * @since 0.1.0
 */
public record Alignment(List<String> characters, List<Double> characterStartTimesSeconds,
		List<Double> characterEndTimesSeconds) {

	/**
	 * Create an alignment.
	 * @throws IllegalArgumentException if the lists differ in length
	 */
	public Alignment {
		characters = (characters != null) ? List.copyOf(characters) : List.of();
		characterStartTimesSeconds = (characterStartTimesSeconds != null) ? List.copyOf(characterStartTimesSeconds)
				: List.of();
		characterEndTimesSeconds = (characterEndTimesSeconds != null) ? List.copyOf(characterEndTimesSeconds)
				: List.of();
		Assert.isTrue(
				characters.size() == characterStartTimesSeconds.size()
						&& characters.size() == characterEndTimesSeconds.size(),
				"an alignment needs a start and an end for each character");
	}

	@Override
	public String toString() {
		return "Alignment[" + this.characters.size() + " characters]";
	}

}
