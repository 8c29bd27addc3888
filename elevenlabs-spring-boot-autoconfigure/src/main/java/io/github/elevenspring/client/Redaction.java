package io.github.elevenspring.client;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Makes a sentence of the vendor fit for exceptions and logs: whatever it repeats of what
 * was sent, the key or the user's text, is cut out, and what is left is kept short.
 */
final class Redaction {

	private static final int LONGEST_MESSAGE = 300;

	/**
	 * As many characters in a row as two texts hardly share by chance.
	 */
	private static final int WINDOW = 8;

	private static final int SHORTEST_TEXT = 4;

	private static final String REMOVED = "[removed]";

	private final @Nullable String apiKey;

	private final List<String> texts;

	Redaction(@Nullable String apiKey, List<String> texts) {
		this.apiKey = apiKey;
		this.texts = texts.stream().filter((text) -> text.length() >= SHORTEST_TEXT).toList();
	}

	String clean(String message) {
		String clean = message.strip();
		if (this.apiKey != null && !this.apiKey.isEmpty()) {
			clean = clean.replace(this.apiKey, REMOVED);
		}
		if (clean.length() > LONGEST_MESSAGE) {
			clean = clean.substring(0, LONGEST_MESSAGE) + "…";
		}
		for (String text : this.texts) {
			clean = withoutQuotes(clean, text);
		}
		return clean;
	}

	private static String withoutQuotes(String message, String text) {
		StringBuilder clean = new StringBuilder();
		int position = 0;
		while (position < message.length()) {
			int quoted = lengthOfQuote(message, position, text);
			if (quoted > 0) {
				clean.append(REMOVED);
				position += quoted;
			}
			else {
				clean.append(message.charAt(position++));
			}
		}
		return clean.toString();
	}

	private static int lengthOfQuote(String message, int start, String text) {
		int end = start + Math.min(WINDOW, text.length());
		if (end > message.length() || !text.contains(message.substring(start, end))) {
			return 0;
		}
		while (end < message.length() && text.contains(message.substring(start, end + 1))) {
			end++;
		}
		return end - start;
	}

}
