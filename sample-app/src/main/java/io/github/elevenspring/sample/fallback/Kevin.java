package io.github.elevenspring.sample.fallback;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

import com.sun.speech.freetts.Voice;
import com.sun.speech.freetts.audio.NullAudioPlayer;
import com.sun.speech.freetts.en.us.cmu_us_kal.KevinVoiceDirectory;
import org.jspecify.annotations.Nullable;

/**
 * The voice "kevin16" of FreeTTS. It is one mutable object and says one piece after the
 * other, each in some milliseconds. Loaded with the first piece.
 */
class Kevin {

	static final int SAMPLE_RATE = 16_000;

	private static final String NAME = "kevin16";

	private final Lock lock = new ReentrantLock();

	private final Recorder recorder = new Recorder();

	private @Nullable Voice voice;

	/**
	 * Say a piece of text. Blocks while others are being said.
	 * @param text Latin text
	 * @return samples of 16 bit
	 */
	short[] say(String text) {
		this.lock.lock();
		try {
			Voice voice = this.voice;
			if (voice == null) {
				voice = load();
				this.voice = voice;
			}
			voice.speak(text);
			return this.recorder.take();
		}
		finally {
			this.lock.unlock();
		}
	}

	private Voice load() {
		for (Voice candidate : new KevinVoiceDirectory().getVoices()) {
			if (candidate.getName().equals(NAME)) {
				candidate.allocate();
				// Ends the thread that would play the sound: here it is only recorded.
				candidate.getOutputQueue().close();
				candidate.setOutputQueue(null);
				candidate.setAudioPlayer(this.recorder);
				return candidate;
			}
		}
		throw new IllegalStateException("FreeTTS has no voice " + NAME);
	}

	/**
	 * Keeps what would be played: big-endian samples of 16 bit.
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
			short[] samples = new short[this.bytes.size() / 2];
			ByteBuffer.wrap(this.bytes.toByteArray()).order(ByteOrder.BIG_ENDIAN).asShortBuffer().get(samples);
			this.bytes.reset();
			return samples;
		}

	}

}
