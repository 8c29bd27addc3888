package io.github.elevenspring.test.simulator.speech;

import java.io.ByteArrayInputStream;
import java.io.IOException;

import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Encoders and the resampler, sample by sample.
 */
class EncoderTests {

	@Test
	void compressesAsTheJdkDoes() throws Exception {
		// the JDK does not clip in µ-law, and rounds negative samples the old way in
		// A-law
		assertThat(new CompandingEncoder(CompandingEncoder::muLaw).encode(samples(-32_000)))
			.isEqualTo(encodedByTheJdk(samples(-32_000), AudioFormat.Encoding.ULAW));
		assertThat(new CompandingEncoder(CompandingEncoder::aLaw).encode(samples(0)))
			.isEqualTo(encodedByTheJdk(samples(0), AudioFormat.Encoding.ALAW));
	}

	@Test
	void clipsTheLoudestSamples() {
		assertThat(new CompandingEncoder(CompandingEncoder::muLaw).encode(new short[] { 32_767, -32_768 }))
			.containsExactly(0x80, 0x00);
		assertThat(new CompandingEncoder(CompandingEncoder::aLaw).encode(new short[] { 32_767, -32_768 }))
			.containsExactly(0xAA, 0x2A);
	}

	@Test
	void writesLittleEndianSamples() {
		assertThat(new PcmEncoder().encode(new short[] { 0x1234, -2 })).containsExactly(0x34, 0x12, -2, -1);
	}

	@Test
	void resamplesToTheRightLength() {
		short[] second = new short[16_000];
		for (int rate : new int[] { 8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000 }) {
			assertThat(new Resampler(16_000, rate).resample(second)).hasSize(rate);
		}
	}

	@Test
	void interpolatesBetweenNeighbours() {
		assertThat(new Resampler(16_000, 32_000).resample(new short[] { 0, 100, -100 })).containsExactly((short) 0,
				(short) 50, (short) 100, (short) 0, (short) -100, (short) -100);
	}

	@ParameterizedTest
	@CsvSource({ "mp3_44100_128, MP3, 44100, 128", "pcm_16000, PCM, 16000, 0", "ulaw_8000, ULAW, 8000, 0" })
	void parsesFormats(String name, OutputFormat.Codec codec, int sampleRate, int kilobits) {
		assertThat(OutputFormat.parse(name)).contains(new OutputFormat(codec, sampleRate, kilobits));
	}

	@ParameterizedTest
	@CsvSource({ "mp3", "mp3_44100", "mp3_44100_33", "mp3_22050_64", "pcm_11025", "pcm_16000_16", "ulaw_16000",
			"opus_48000_64", "MP3_44100_128", "''" })
	void knowsNoOtherFormats(String name) {
		assertThat(OutputFormat.parse(name)).isEmpty();
	}

	private static short[] samples(int from) {
		short[] samples = new short[32_000 - from];
		for (int i = 0; i < samples.length; i++) {
			samples[i] = (short) (from + i);
		}
		return samples;
	}

	private static byte[] encodedByTheJdk(short[] samples, AudioFormat.Encoding encoding) throws IOException {
		AudioFormat pcm = new AudioFormat(8_000, 16, 1, true, false);
		ByteArrayInputStream bytes = new ByteArrayInputStream(new PcmEncoder().encode(samples));
		return AudioSystem.getAudioInputStream(encoding, new AudioInputStream(bytes, pcm, samples.length))
			.readAllBytes();
	}

}
