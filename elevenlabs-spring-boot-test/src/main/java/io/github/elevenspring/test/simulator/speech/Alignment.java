package io.github.elevenspring.test.simulator.speech;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * When each character of a text is heard. Within a sentence all characters take equally
 * long, which is coarse but monotonic and complete.
 *
 * @param characters the characters, one code point each
 * @param characterStartTimesSeconds when each one starts
 * @param characterEndTimesSeconds when each one ends
 * @since 0.1.0
 */
public record Alignment(List<String> characters, List<Double> characterStartTimesSeconds,
		List<Double> characterEndTimesSeconds) {

	static Alignment even(String sentence, double start, double end) {
		List<String> characters = sentence.codePoints().mapToObj(Character::toString).toList();
		List<Double> starts = new ArrayList<>(characters.size());
		List<Double> ends = new ArrayList<>(characters.size());
		double share = (end - start) / characters.size();
		for (int i = 0; i < characters.size(); i++) {
			starts.add(milliseconds(start + i * share));
			ends.add(milliseconds(start + (i + 1) * share));
		}
		return new Alignment(characters, starts, ends);
	}

	/**
	 * Join alignments that follow each other.
	 * @param alignments the alignments, in order
	 * @return one alignment
	 */
	public static Alignment join(List<Alignment> alignments) {
		return new Alignment(join(alignments, Alignment::characters),
				join(alignments, Alignment::characterStartTimesSeconds),
				join(alignments, Alignment::characterEndTimesSeconds));
	}

	private static <T> List<T> join(List<Alignment> alignments, Function<Alignment, List<T>> part) {
		return alignments.stream().flatMap((alignment) -> part.apply(alignment).stream()).toList();
	}

	private static double milliseconds(double seconds) {
		return Math.round(seconds * 1000) / 1000.0;
	}

}
