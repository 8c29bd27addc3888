package io.github.elevenspring.test.simulator.speech;

import java.io.ByteArrayOutputStream;
import java.text.Normalizer;
import java.util.concurrent.locks.ReentrantLock;

import com.sun.speech.freetts.Voice;
import com.sun.speech.freetts.audio.NullAudioPlayer;
import com.sun.speech.freetts.en.us.cmu_us_kal.KevinVoiceDirectory;

/**
 * FreeTTS with its 16 kHz voice "kevin16". A FreeTTS voice is one mutable object, so a
 * lock lets one sentence in at a time: a sentence takes a few milliseconds, and all
 * callers wait on worker threads. The voice data is loaded with the first sentence and
 * shared by all simulators of a JVM.
 */
final class SpeechEngine {

	static final int SAMPLE_RATE = 16_000;

	private static final SpeechEngine SHARED = new SpeechEngine();

	// FreeTTS knows no sound for these letters; a syllable each keeps the length
	// plausible
	private static final String[] SYLLABLES = { "ka", "ro", "mi", "ten", "su", "la", "vo", "den" };

	private static final int SILENCE = SAMPLE_RATE / 4;

	private final ReentrantLock lock = new ReentrantLock();

	private final KevinVoice voice = new KevinVoice();

	static SpeechEngine shared() {
		return SHARED;
	}

	/**
	 * Say a sentence.
	 * @param sentence the text
	 * @param timbre who says it
	 * @return the samples, a short silence if there is nothing to say
	 */
	short[] say(String sentence, Timbre timbre) {
		String sayable = sayable(sentence);
		if (sayable.isBlank()) {
			return new short[SILENCE];
		}
		this.lock.lock();
		try {
			short[] samples = this.voice.say(sayable, timbre);
			return (samples.length > 0) ? samples : new short[SILENCE];
		}
		finally {
			this.lock.unlock();
		}
	}

	private static String sayable(String sentence) {
		StringBuilder sayable = new StringBuilder(sentence.length());
		Normalizer.normalize(sentence, Normalizer.Form.NFD).codePoints().forEach((codePoint) -> {
			if (codePoint >= ' ' && codePoint < 0x7F) {
				sayable.append((char) codePoint);
			}
			else if (Character.isLetterOrDigit(codePoint)) {
				sayable.append(' ').append(SYLLABLES[codePoint % SYLLABLES.length]).append(' ');
			}
			else if (Character.getType(codePoint) != Character.NON_SPACING_MARK) {
				sayable.append(' ');
			}
		});
		return sayable.chars().anyMatch(Character::isLetterOrDigit) ? sayable.toString() : "";
	}

	/**
	 * The FreeTTS voice, without the thread that it starts to play sound.
	 */
	private static final class KevinVoice {

		private static final int KEVIN16 = 1;

		private final Recorder recorder = new Recorder();

		private final Voice voice = new KevinVoiceDirectory().getVoices()[KEVIN16];

		private boolean ready;

		short[] say(String text, Timbre timbre) {
			if (!this.ready) {
				this.voice.allocate();
				this.voice.getOutputQueue().close();
				this.voice.setOutputQueue(null);
				this.voice.setAudioPlayer(this.recorder);
				this.ready = true;
			}
			this.voice.setPitch(timbre.pitch());
			this.voice.setPitchRange(timbre.pitchRange());
			this.voice.setRate(timbre.rate());
			this.voice.speak(text);
			return this.recorder.take();
		}

	}

	/**
	 * Keeps what FreeTTS would play: big-endian 16-bit samples.
	 */
	private static final class Recorder extends NullAudioPlayer {

		private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

		@Override
		public boolean write(byte[] audio) {
			return write(audio, 0, audio.length);
		}

		@Override
		public boolean write(byte[] audio, int offset, int length) {
			this.bytes.write(audio, offset, length);
			return true;
		}

		short[] take() {
			byte[] recorded = this.bytes.toByteArray();
			this.bytes.reset();
			short[] samples = new short[recorded.length / 2];
			for (int i = 0; i < samples.length; i++) {
				samples[i] = (short) ((recorded[2 * i] << 8) | (recorded[2 * i + 1] & 0xFF));
			}
			return samples;
		}

	}

}
