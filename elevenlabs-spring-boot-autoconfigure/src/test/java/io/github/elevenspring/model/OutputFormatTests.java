package io.github.elevenspring.model;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link OutputFormat}.
 */
class OutputFormatTests {

	@ParameterizedTest
	@CsvSource({ "mp3_44100_128,mp3,audio/mpeg,true", "mp3_24000_48,mp3,audio/mpeg,true",
			"pcm_8000,pcm,audio/pcm,false", "wav_48000,wav,audio/wav,true", "ulaw_8000,ulaw,audio/basic,false",
			"alaw_8000,alaw,audio/x-alaw-basic,false", "opus_48000_192,opus,audio/ogg,true",
			"m4a_aac_44100_128,m4a,audio/mp4,true", "flac_1,flac,application/octet-stream,false",
			"auto,auto,application/octet-stream,false" })
	void aFormatSaysWhatItIs(String value, String codec, String mediaType, boolean selfDescribing) {
		OutputFormat format = OutputFormat.of(value);
		assertThat(format.codec()).isEqualTo(codec);
		assertThat(format.mediaType()).isEqualTo(mediaType);
		assertThat(format.isSelfDescribing()).isEqualTo(selfDescribing);
		assertThat(format).hasToString(value).isEqualTo(new OutputFormat(value));
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", " ", "MP3_44100_128", "mp3_44100_128 ", "mp3__1", "_mp3", "mp3_", "mp3-44100",
			"mp3_1\n", "3mp", "mp3_44100_128&x=y", "../x" })
	void whatIsNotSpelledLikeAFormatIsRefused(String value) {
		assertThatIllegalArgumentException().isThrownBy(() -> OutputFormat.of(value))
			.withMessageContaining("mp3_44100_128");
	}

	@Test
	void theConstantsAreSpelledLikeTheirNames() throws Exception {
		for (java.lang.reflect.Field field : OutputFormat.class.getFields()) {
			assertThat(field.get(null)).hasToString(field.getName().toLowerCase(java.util.Locale.ROOT));
		}
	}

}
