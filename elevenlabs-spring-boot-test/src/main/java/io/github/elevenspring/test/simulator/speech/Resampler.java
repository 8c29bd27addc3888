package io.github.elevenspring.test.simulator.speech;

/**
 * Changes the sample rate of a piece of speech by linear interpolation, which is plenty
 * for the 16 kHz speech that goes in. Going down, neighbours are averaged first so that
 * what the lower rate cannot hold does not fold back as noise.
 */
final class Resampler {

	private final int from;

	private final int to;

	Resampler(int from, int to) {
		this.from = from;
		this.to = to;
	}

	short[] resample(short[] samples) {
		if (this.from == this.to) {
			return samples;
		}
		short[] source = (this.to < this.from) ? smooth(samples) : samples;
		short[] result = new short[(int) ((long) samples.length * this.to / this.from)];
		double step = (double) this.from / this.to;
		for (int i = 0; i < result.length; i++) {
			double position = i * step;
			int left = (int) position;
			int right = Math.min(left + 1, source.length - 1);
			result[i] = (short) Math.round(source[left] + (source[right] - source[left]) * (position - left));
		}
		return result;
	}

	private static short[] smooth(short[] samples) {
		short[] result = new short[samples.length];
		for (int i = 0; i < samples.length; i++) {
			int before = samples[Math.max(i - 1, 0)];
			int after = samples[Math.min(i + 1, samples.length - 1)];
			result[i] = (short) ((before + 2 * samples[i] + after) / 4);
		}
		return result;
	}

}
