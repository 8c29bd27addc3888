package io.github.elevenspring.test.simulator;

import java.net.http.HttpResponse;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Speech over HTTP, in each form and format.
 */
class SpeechTests {

	private static final String HELLO = Client.text("Hello from the simulator.");

	private static ElevenLabsSimulator simulator;

	private static Client client;

	@BeforeAll
	static void start() {
		simulator = ElevenLabsSimulator.builder().plan(SimulatorPlan.PRO).pace(Pace.IMMEDIATE).start();
		client = new Client(simulator);
	}

	@AfterAll
	static void stop() {
		simulator.close();
	}

	@ParameterizedTest
	@CsvSource({ "mp3_22050_32, 22050, 32", "mp3_24000_48, 24000, 48", "mp3_44100_32, 44100, 32",
			"mp3_44100_64, 44100, 64", "mp3_44100_96, 44100, 96", "mp3_44100_128, 44100, 128",
			"mp3_44100_192, 44100, 192" })
	void speaksMp3(String format, int sampleRate, int kilobits) {
		HttpResponse<byte[]> response = client.speak("?output_format=" + format, HELLO);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("content-type")).contains("audio/mpeg");
		Mp3Frames frames = Mp3Frames.parse(response.body());
		assertThat(frames.sampleRate()).isEqualTo(sampleRate);
		assertThat(frames.kilobits()).isEqualTo(kilobits);
		assertThat(frames.mono()).isTrue();
		assertThat(frames.seconds()).isCloseTo(1.8, within(0.4));
	}

	@ParameterizedTest
	@CsvSource({ "pcm_8000, 16000", "pcm_16000, 32000", "pcm_22050, 44100", "pcm_24000, 48000", "pcm_32000, 64000",
			"pcm_44100, 88200", "pcm_48000, 96000", "ulaw_8000, 8000", "alaw_8000, 8000" })
	void speaksRawSamples(String format, int bytesPerSecond) {
		HttpResponse<byte[]> response = client.speak("?output_format=" + format, HELLO);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat((double) response.body().length / bytesPerSecond).isCloseTo(1.8, within(0.4));
	}

	@Test
	void streamsTheSameAudioAsConvert() {
		assertThat(client.speak("/stream", HELLO).body()).isEqualTo(client.speak("", HELLO).body());
	}

}
