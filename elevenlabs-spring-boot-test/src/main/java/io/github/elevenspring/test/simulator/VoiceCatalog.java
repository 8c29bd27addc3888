package io.github.elevenspring.test.simulator;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.elevenspring.test.simulator.speech.Timbre;

/**
 * The voices of the account. Names are invented, ids follow from the names, and each
 * voice sounds a little different.
 */
final class VoiceCatalog {

	private static final String[] NAMES = { "Aldous", "Brina", "Corvin", "Delphe", "Edda", "Farrow", "Gwenna", "Hollis",
			"Ismay", "Jorrit", "Kestrel", "Linnea", "Marlow", "Nerys", "Osric", "Petra", "Quill", "Rowena", "Sorrel",
			"Tamsin", "Ulric", "Verity", "Wendel", "Xanthe", "Yorick", "Zelda", "Ansel", "Bettany" };

	private static final String[] CATEGORIES = { "premade", "premade", "premade", "cloned", "generated",
			"professional" };

	private static final String[] ACCENTS = { "american", "british", "australian", "irish" };

	private static final String[] AGES = { "young", "middle_aged", "old" };

	private static final String[] USE_CASES = { "narration", "conversational", "characters_animation", "news" };

	private static final long FIRST_CREATED = 1_700_000_000L;

	private static final int DAY = 86_400;

	private final List<SimulatedVoice> voices;

	VoiceCatalog(List<String> moreIds) {
		List<SimulatedVoice> voices = new ArrayList<>();
		for (String name : NAMES) {
			voices.add(voice(id(name), name, voices.size()));
		}
		for (String id : moreIds) {
			voices.add(voice(id, "Voice " + id, voices.size()));
		}
		this.voices = List.copyOf(voices);
	}

	List<SimulatedVoice> all() {
		return this.voices;
	}

	Optional<SimulatedVoice> find(String id) {
		return this.voices.stream().filter((voice) -> voice.id().equals(id)).findFirst();
	}

	long own() {
		return this.voices.stream().filter(SimulatedVoice::isOwn).count();
	}

	private static SimulatedVoice voice(String id, String name, int index) {
		boolean female = index % 2 == 1;
		Map<String, String> labels = Map.of("accent", pick(ACCENTS, index), "age", pick(AGES, index), "gender",
				female ? "female" : "male", "use_case", pick(USE_CASES, index / 2));
		Timbre timbre = new Timbre((female ? 150 : 85) + index % 9 * 6, 9 + index % 5 * 2, 140 + index % 7 * 5);
		String description = "Simulated voice number " + (index + 1);
		return new SimulatedVoice(id, name, pick(CATEGORIES, index), description, labels,
				FIRST_CREATED + (long) index * DAY, timbre);
	}

	private static String pick(String[] values, int index) {
		return values[index % values.length];
	}

	private static String id(String name) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
			return new BigInteger(1, digest).toString(36).substring(0, 20);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
