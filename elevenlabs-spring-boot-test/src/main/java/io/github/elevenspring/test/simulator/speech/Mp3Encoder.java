package io.github.elevenspring.test.simulator.speech;

import java.util.Arrays;
import java.util.Map;

import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioSystem;

import de.sciss.jump3r.lowlevel.LameEncoder;

/**
 * LAME in plain Java: constant bit rate, mono, at exactly the rate that was asked for.
 */
final class Mp3Encoder implements AudioEncoder {

	private final LameEncoder lame;

	private final byte[] buffer;

	Mp3Encoder(int sampleRate, int kilobits) {
		AudioFormat source = new AudioFormat(sampleRate, 16, 1, true, false);
		AudioFormat.Encoding layer3 = (sampleRate >= 32_000) ? LameEncoder.MPEG1L3 : LameEncoder.MPEG2L3;
		// the target names the rate: left alone, LAME lowers it for a low bit rate
		AudioFormat target = new AudioFormat(layer3, sampleRate, AudioSystem.NOT_SPECIFIED, 1,
				AudioSystem.NOT_SPECIFIED, AudioSystem.NOT_SPECIFIED, false,
				Map.of(LameEncoder.P_BITRATE, kilobits, LameEncoder.P_QUALITY, LameEncoder.QUALITY_LOW,
						LameEncoder.P_CHMODE, "mono", LameEncoder.P_VBR, false));
		this.lame = new LameEncoder(source, target);
		this.buffer = new byte[this.lame.getMP3BufferSize()];
	}

	@Override
	public byte[] encode(short[] samples) {
		byte[] pcm = PcmEncoder.littleEndian(samples);
		int length = this.lame.encodeBuffer(pcm, 0, pcm.length, this.buffer);
		return Arrays.copyOf(this.buffer, length);
	}

	@Override
	public byte[] end() {
		int length = this.lame.encodeFinish(this.buffer);
		this.lame.close();
		return Arrays.copyOf(this.buffer, length);
	}

}
