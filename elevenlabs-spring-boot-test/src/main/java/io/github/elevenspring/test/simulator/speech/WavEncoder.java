package io.github.elevenspring.test.simulator.speech;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Samples behind a 44-byte RIFF header. The length is not known when the header goes out,
 * so both sizes hold the largest value, as streaming writers do.
 */
final class WavEncoder implements AudioEncoder {

	private static final int UNKNOWN_LENGTH = 0xFFFFFFFF;

	private final int sampleRate;

	WavEncoder(int sampleRate) {
		this.sampleRate = sampleRate;
	}

	@Override
	public byte[] begin() {
		ByteBuffer header = ByteBuffer.allocate(44).order(ByteOrder.LITTLE_ENDIAN);
		header.put(ascii("RIFF")).putInt(UNKNOWN_LENGTH).put(ascii("WAVE"));
		header.put(ascii("fmt ")).putInt(16).putShort((short) 1).putShort((short) 1);
		header.putInt(this.sampleRate).putInt(this.sampleRate * 2).putShort((short) 2).putShort((short) 16);
		header.put(ascii("data")).putInt(UNKNOWN_LENGTH);
		return header.array();
	}

	@Override
	public byte[] encode(short[] samples) {
		return PcmEncoder.littleEndian(samples);
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
