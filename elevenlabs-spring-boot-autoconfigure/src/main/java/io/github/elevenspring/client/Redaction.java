package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.web.util.HtmlUtils;
import org.springframework.web.util.UriUtils;

/**
 * Makes a sentence of the vendor fit for exceptions and logs: whatever it repeats of what
 * was sent, the key or the user's text, is cut out, also where it was escaped for JSON or
 * HTML, and what is left is one short line.
 */
class Redaction {

	/**
	 * Lets nothing through, where it is not known what was sent.
	 */
	static final Redaction EVERYTHING = new Redaction(null, List::of) {

		@Override
		String clean(String message) {
			return "";
		}

		@Override
		boolean isQuote(String name) {
			return true;
		}

	};

	private static final int LONGEST_MESSAGE = 300;

	/**
	 * As much of a message as is worth reading.
	 */
	private static final int LONGEST_READ = 2000;

	/**
	 * As many characters in a row as two texts hardly share by chance.
	 */
	private static final int WINDOW = 8;

	private static final int SHORTEST_TEXT = 4;

	private static final String REMOVED = "[removed]";

	/**
	 * What stands in quotation marks of any kind, two characters at least.
	 */
	private static final Pattern QUOTATION = Pattern.compile("(['\"`«“‘„])([^'\"`»”’“]{2,}?)['\"`»”’“]");

	private static final Pattern SPACE = Pattern.compile("[\\s\\p{Cntrl}]+");

	private final @Nullable String apiKey;

	private final Supplier<List<String>> texts;

	/**
	 * Create a redaction for one call.
	 * @param apiKey the key that was sent
	 * @param texts tells the texts that were sent; asked only when there is something to
	 * clean
	 */
	Redaction(@Nullable String apiKey, Supplier<List<String>> texts) {
		this.apiKey = apiKey;
		this.texts = texts;
	}

	String clean(String message) {
		String clean = inOneLine(decoded(message));
		boolean cut = clean.length() > LONGEST_READ;
		clean = cut ? clean.substring(0, LONGEST_READ) : clean;
		clean = withoutQuotes(clean, secrets());
		// The beginning of a quote may be too short to be seen where the message was cut.
		clean = cut ? clean.substring(0, Math.max(0, clean.length() - WINDOW)) : clean;
		return (clean.length() > LONGEST_MESSAGE) ? clean.substring(0, LONGEST_MESSAGE) + "…" : clean;
	}

	/**
	 * Tell whether a code or an id is, or holds, a piece of what was sent.
	 */
	boolean isQuote(String name) {
		String folded = folded(name);
		return secrets().stream().anyMatch((text) -> text.contains(folded) || holdsWindow(folded, text));
	}

	private List<String> secrets() {
		return Stream.concat(Stream.ofNullable(this.apiKey), this.texts.get().stream())
			.flatMap((text) -> Stream.of(text, WireJson.escaped(text), WireJson.escapedToAscii(text),
					HtmlUtils.htmlEscape(text)))
			.map(Redaction::inOneLine)
			.map(Redaction::folded)
			.filter((text) -> text.length() >= SHORTEST_TEXT)
			.distinct()
			.toList();
	}

	private static String inOneLine(String text) {
		return SPACE.matcher(text).replaceAll(" ").strip();
	}

	/**
	 * Lower case, character by character, so that positions stay what they are.
	 */
	private static String folded(String text) {
		char[] characters = text.toCharArray();
		for (int i = 0; i < characters.length; i++) {
			characters[i] = Character.toLowerCase(characters[i]);
		}
		return new String(characters);
	}

	private static String decoded(String message) {
		try {
			return (message.indexOf('%') < 0) ? message : UriUtils.decode(message, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return message;
		}
	}

	private static boolean holdsWindow(String name, String text) {
		for (int start = 0; start + WINDOW <= name.length(); start++) {
			if (text.contains(name.substring(start, start + WINDOW))) {
				return true;
			}
		}
		return false;
	}

	private static String withoutQuotes(String message, List<String> texts) {
		String folded = folded(message);
		BitSet quoted = new BitSet(message.length());
		for (String text : texts) {
			int window = Math.min(WINDOW, text.length());
			for (int start = 0; start + window <= message.length(); start++) {
				if (text.contains(folded.substring(start, start + window))) {
					quoted.set(start, start + window);
				}
			}
			Matcher marked = QUOTATION.matcher(folded);
			while (marked.find()) {
				if (text.contains(marked.group(2).strip())) {
					quoted.set(marked.start(2), marked.end(2));
				}
			}
		}
		StringBuilder clean = new StringBuilder();
		int position = 0;
		while (position < message.length()) {
			int quote = quoted.nextSetBit(position);
			clean.append(message, position, (quote < 0) ? message.length() : quote);
			position = (quote < 0) ? message.length() : quoted.nextClearBit(quote);
			clean.append((quote < 0) ? "" : REMOVED);
		}
		return clean.toString();
	}

}
