package io.github.elevenspring.test.simulator.speech;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * One script being read aloud: holds one sentence of samples and the state of one
 * encoder, however long the text is.
 */
final class Narration {

	private static final double PIECE_SECONDS = 0.25;

	private final SpeechEngine engine;

	private final Script script;

	private final Sentences sentences;

	private final Resampler resampler;

	private final AudioEncoder encoder;

	private final int pieceLength;

	private String sentence = "";

	private short[] samples = {};

	private int position;

	private double sentenceStart;

	private boolean begun;

	private boolean ended;

	Narration(SpeechEngine engine, Script script) {
		this.engine = engine;
		this.script = script;
		this.sentences = new Sentences(script.text());
		this.resampler = new Resampler(SpeechEngine.SAMPLE_RATE, script.format().sampleRate());
		this.encoder = script.format().newEncoder();
		this.pieceLength = (int) (script.format().sampleRate() * PIECE_SECONDS);
	}

	/**
	 * Return the next piece.
	 * @return the piece, or {@code null} when all was said
	 */
	@Nullable Piece next() {
		if (!this.begun) {
			this.begun = true;
			byte[] head = this.encoder.begin();
			if (head.length > 0) {
				return new Piece(head, 0, null);
			}
		}
		if (this.position == this.samples.length && this.sentences.hasNext()) {
			readSentence();
		}
		if (this.position < this.samples.length) {
			return encodePiece();
		}
		if (!this.ended) {
			this.ended = true;
			return new Piece(this.encoder.end(), this.sentenceStart + seconds(this.position), null);
		}
		return null;
	}

	private void readSentence() {
		this.sentenceStart += seconds(this.samples.length);
		this.sentence = this.sentences.next();
		this.samples = this.resampler.resample(this.engine.say(this.sentence, this.script.timbre()));
		this.position = 0;
	}

	private Piece encodePiece() {
		int end = Math.min(this.position + this.pieceLength, this.samples.length);
		double start = this.sentenceStart + seconds(this.position);
		byte[] audio = this.encoder.encode(Arrays.copyOfRange(this.samples, this.position, end));
		this.position = end;
		Alignment alignment = (end == this.samples.length)
				? Alignment.even(this.sentence, this.sentenceStart, this.sentenceStart + seconds(end)) : null;
		return new Piece(audio, start, alignment);
	}

	private double seconds(int sampleCount) {
		return (double) sampleCount / this.script.format().sampleRate();
	}

}
