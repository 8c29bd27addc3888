package io.github.elevenspring.test.simulator.speech;

import java.text.BreakIterator;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;

/**
 * Cuts a text into sentences, lazily and without losing a character. A sentence that is
 * very long is cut at a space, so that the work for one piece stays small.
 */
final class Sentences implements Iterator<String> {

	private static final int LONGEST = 400;

	private final String text;

	private final BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);

	private int position;

	Sentences(String text) {
		this.text = text;
		this.breaks.setText(text);
	}

	@Override
	public boolean hasNext() {
		return this.position < this.text.length();
	}

	@Override
	public String next() {
		if (!hasNext()) {
			throw new NoSuchElementException();
		}
		int end = this.breaks.following(this.position);
		if (end - this.position > LONGEST) {
			end = cut(this.position + LONGEST);
		}
		String sentence = this.text.substring(this.position, end);
		this.position = end;
		return sentence;
	}

	private int cut(int latest) {
		int space = this.text.lastIndexOf(' ', latest - 1);
		if (space > this.position) {
			return space + 1;
		}
		return Character.isLowSurrogate(this.text.charAt(latest)) ? latest - 1 : latest;
	}

}
