package io.github.elevenspring.test.simulator;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;

import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioSystem;

import io.github.elevenspring.test.junit.EnableElevenLabsSimulator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Speech over HTTP, in each form and format.
 */
@EnableElevenLabsSimulator(plan = SimulatorPlan.PRO)
class SpeechTests {

	private static final String HELLO = Client.text("Hello from the simulator.");

	private final ElevenLabsSimulator simulator;

	private final Client client;

	SpeechTests(ElevenLabsSimulator simulator) {
		this.simulator = simulator;
		this.client = new Client(simulator);
	}

	@ParameterizedTest
	@CsvSource({ "mp3_22050_32, 22050, 32", "mp3_24000_48, 24000, 48", "mp3_44100_32, 44100, 32",
			"mp3_44100_64, 44100, 64", "mp3_44100_96, 44100, 96", "mp3_44100_128, 44100, 128",
			"mp3_44100_192, 44100, 192" })
	void speaksMp3(String format, int sampleRate, int kilobits) {
		HttpResponse<byte[]> response = this.client.speak("?output_format=" + format, HELLO);
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
		HttpResponse<byte[]> response = this.client.speak("?output_format=" + format, HELLO);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat((double) response.body().length / bytesPerSecond).isCloseTo(1.8, within(0.4));
	}

	@Test
	void streamsTheSameAudioAsConvert() {
		assertThat(this.client.speak("/stream", HELLO).body()).isEqualTo(this.client.speak("", HELLO).body());
	}

	@Test
	void putsARiffHeaderInFrontOfWav() throws Exception {
		byte[] audio = this.client.speak("?output_format=wav_16000", HELLO).body();
		AudioFormat format = AudioSystem.getAudioFileFormat(new ByteArrayInputStream(audio)).getFormat();
		assertThat(format.getSampleRate()).isEqualTo(16_000);
		assertThat(format.getChannels()).isOne();
		assertThat(format.getSampleSizeInBits()).isEqualTo(16);
		assertThat(format.isBigEndian()).isFalse();
		assertThat(Arrays.copyOfRange(audio, 44, audio.length))
			.isEqualTo(this.client.speak("?output_format=pcm_16000", HELLO).body());
	}

	@Test
	void isNotSilent() {
		byte[] audio = this.client.speak("?output_format=pcm_16000", HELLO).body();
		ShortBuffer samples = ByteBuffer.wrap(audio).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
		int loudest = 0;
		while (samples.hasRemaining()) {
			loudest = Math.max(loudest, Math.abs(samples.get()));
		}
		assertThat(loudest).isGreaterThan(5_000);
	}

	@Test
	void repeatsItself() {
		String once = "{\"text\":\"The same again.\",\"seed\":1}";
		byte[] first = this.client.speak("?output_format=pcm_8000", once).body();
		assertThat(this.client.speak("?output_format=pcm_8000", once).body()).isEqualTo(first);
		String other = "{\"text\":\"The same again.\",\"seed\":2}";
		assertThat(this.client.speak("?output_format=pcm_8000", other).body()).isNotEqualTo(first);
	}

	@Test
	void speaksFasterWhenAsked() {
		byte[] slow = this.client.speak("?output_format=pcm_8000", settings(0.7)).body();
		byte[] fast = this.client.speak("?output_format=pcm_8000", settings(1.2)).body();
		assertThat((double) slow.length / fast.length).isCloseTo(1.2 / 0.7, within(0.2));
	}

	@ParameterizedTest
	@ValueSource(strings = { " ", "...", "日本語のテキスト", "Ärger über Öl", "😀", "1234" })
	void hasASoundForEverything(String text) {
		HttpResponse<byte[]> response = this.client.speak("", Client.text(text));
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(Mp3Frames.parse(response.body()).frames()).isPositive();
	}

	@Test
	void answersWithTheTimingOfEachCharacter() {
		String text = "One. Two and three.";
		JsonNode timed = Client.json(this.client.speak("/with-timestamps", Client.text(text)));
		byte[] audio = Base64.getDecoder().decode(timed.get("audio_base64").stringValue());
		assertThat(audio).isEqualTo(this.client.speak("", Client.text(text)).body());
		checkAlignment(timed.get("alignment"), text, 0);
		checkAlignment(timed.get("normalized_alignment"), text, 0);
	}

	@Test
	void streamsTheTimingLineByLine() {
		String text = "One. Two and three. ";
		HttpResponse<byte[]> response = this.client.speak("/stream/with-timestamps", Client.text(text));
		String[] lines = new String(response.body(), StandardCharsets.UTF_8).split("\n");
		StringBuilder characters = new StringBuilder();
		ByteArrayOutputStream audio = new ByteArrayOutputStream();
		double end = 0;
		for (String line : lines) {
			JsonNode timed = new JsonMapper().readTree(line);
			audio.writeBytes(Base64.getDecoder().decode(timed.get("audio_base64").stringValue()));
			if (!timed.get("alignment").isNull()) {
				StringBuilder sentence = new StringBuilder();
				timed.get("alignment").get("characters").forEach((one) -> sentence.append(one.stringValue()));
				end = checkAlignment(timed.get("alignment"), sentence.toString(), end);
				characters.append(sentence);
			}
		}
		assertThat(characters).hasToString(text);
		assertThat(audio.toByteArray()).isEqualTo(this.client.speak("", Client.text(text)).body());
	}

	@Test
	void streamsLongTextsWithoutHoldingThem() throws Exception {
		String text = "This sentence is forty characters long. ".repeat(1000);
		String body = Client.text(text).replace("}", ",\"model_id\":\"eleven_flash_v2_5\"}");
		try (InputStream audio = this.client.open("/stream?output_format=pcm_48000", body).get().body()) {
			byte[] buffer = new byte[64 * 1024];
			assertThat(audio.readNBytes(buffer, 0, buffer.length)).isEqualTo(buffer.length);
			// 40 minutes at 96 kB/s are 240 MB: what is not asked for is not made
			assertThat(this.simulator.statistics().bytesSent()).isLessThan(100L * 1024 * 1024);
		}
	}

	@Test
	void pacesStreamsAndTakesItsTimeToTheFirstByte() throws Exception {
		try (ElevenLabsSimulator slow = ElevenLabsSimulator.builder().pace(new Pace(2, 1)).start()) {
			long start = System.nanoTime();
			try (InputStream audio = new Client(slow).open("/stream", HELLO).get().body()) {
				assertThat(audio.read()).isEqualTo(0xFF);
				Duration first = Duration.ofNanos(System.nanoTime() - start);
				audio.transferTo(OutputStream.nullOutputStream());
				Duration last = Duration.ofNanos(System.nanoTime() - start);
				assertThat(first).isGreaterThan(Duration.ofMillis(390));
				assertThat(last.minus(first)).isGreaterThan(Duration.ofMillis(500));
			}
		}
	}

	private static String settings(double speed) {
		return "{\"text\":\"One two three four five six seven.\",\"voice_settings\":{\"speed\":" + speed + "}}";
	}

	private static double checkAlignment(JsonNode alignment, String text, double from) {
		JsonNode starts = alignment.get("character_start_times_seconds");
		JsonNode ends = alignment.get("character_end_times_seconds");
		StringBuilder characters = new StringBuilder();
		double end = from;
		for (int i = 0; i < starts.size(); i++) {
			characters.append(alignment.get("characters").get(i).stringValue());
			assertThat(starts.get(i).doubleValue()).isCloseTo(end, within(0.002));
			end = ends.get(i).doubleValue();
		}
		assertThat(characters).hasToString(text);
		assertThat(end).isGreaterThan(from);
		return end;
	}

}
