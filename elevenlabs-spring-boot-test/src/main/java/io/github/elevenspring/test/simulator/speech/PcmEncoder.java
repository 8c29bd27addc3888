package io.github.elevenspring.test.simulator.speech;

/**
 * Signed 16-bit little-endian samples without any header.
 */
final class PcmEncoder implements AudioEncoder {

	@Override
	public byte[] encode(short[] samples) {
		return littleEndian(samples);
	}

	static byte[] littleEndian(short[] samples) {
		byte[] bytes = new byte[samples.length * 2];
		for (int i = 0; i < samples.length; i++) {
			bytes[2 * i] = (byte) samples[i];
			bytes[2 * i + 1] = (byte) (samples[i] >> 8);
		}
		return bytes;
	}

}
