package io.github.elevenspring.test.simulator.speech;

/**
 * The two laws of ITU-T G.711: a 16-bit sample becomes one byte.
 */
final class CompandingEncoder implements AudioEncoder {

	private static final int MU_BIAS = 0x84;

	private static final int MU_CLIP = 32_635;

	private final Law law;

	CompandingEncoder(Law law) {
		this.law = law;
	}

	@Override
	public byte[] encode(short[] samples) {
		byte[] bytes = new byte[samples.length];
		for (int i = 0; i < samples.length; i++) {
			bytes[i] = this.law.compress(samples[i]);
		}
		return bytes;
	}

	static byte muLaw(short sample) {
		int sign = (sample >> 8) & 0x80;
		int magnitude = Math.min(Math.abs((int) sample), MU_CLIP) + MU_BIAS;
		int exponent = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(magnitude >> 7);
		int mantissa = (magnitude >> (exponent + 3)) & 0x0F;
		return (byte) ~(sign | (exponent << 4) | mantissa);
	}

	static byte aLaw(short sample) {
		int sign = (sample >= 0) ? 0x80 : 0;
		int magnitude = (sample >= 0) ? sample : -sample - 1;
		int exponent = Integer.SIZE - Integer.numberOfLeadingZeros(magnitude >> 8);
		int code = (exponent == 0) ? magnitude >> 4 : (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0F);
		return (byte) (code ^ sign ^ 0x55);
	}

	/**
	 * One of the two laws.
	 */
	@FunctionalInterface
	interface Law {

		byte compress(short sample);

	}

}
