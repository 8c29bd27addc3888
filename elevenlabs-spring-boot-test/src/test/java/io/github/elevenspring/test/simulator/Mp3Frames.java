package io.github.elevenspring.test.simulator;

/**
 * Walks the frames of an MP3 stream and fails where one does not follow the other.
 */
record Mp3Frames(int sampleRate, int kilobits, boolean mono, int frames, double seconds) {

	private static final int[] KILOBITS_1 = { 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320 };

	private static final int[] KILOBITS_2 = { 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160 };

	private static final int[] RATES_1 = { 44_100, 48_000, 32_000 };

	static Mp3Frames parse(byte[] audio) {
		int position = 0;
		int frames = 0;
		double seconds = 0;
		int sampleRate = 0;
		int kilobits = 0;
		boolean mono = true;
		while (position + 4 <= audio.length) {
			int header = (audio[position] & 0xFF) << 24 | (audio[position + 1] & 0xFF) << 16
					| (audio[position + 2] & 0xFF) << 8 | (audio[position + 3] & 0xFF);
			if (header >>> 21 != 0x7FF || (header >> 17 & 3) != 1) {
				throw new AssertionError("No layer III frame at byte " + position);
			}
			boolean first = (header >> 19 & 1) == 1;
			kilobits = (first ? KILOBITS_1 : KILOBITS_2)[header >> 12 & 15];
			sampleRate = RATES_1[header >> 10 & 3] / (first ? 1 : 2);
			mono &= (header >> 6 & 3) == 3;
			int samples = first ? 1152 : 576;
			position += samples / 8 * kilobits * 1000 / sampleRate + (header >> 9 & 1);
			seconds += (double) samples / sampleRate;
			frames++;
		}
		if (position != audio.length) {
			throw new AssertionError("The last frame misses " + (position - audio.length) + " bytes");
		}
		return new Mp3Frames(sampleRate, kilobits, mono, frames, seconds);
	}

}
