package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.github.elevenspring.error.ElevenLabsApiException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests of {@link LineSplitter}.
 */
class LineSplitterTests {

	@Test
	void aLineOfExactlyTheBoundPassesAndOneByteMoreDoesNot() {
		LineSplitter splitter = new LineSplitter(5);
		splitter.add(Parts.head());
		assertThat(splitter.add(Parts.chunk("12345\n12345\n"))).hasSize(2);
		splitter.add(Parts.chunk("123"));
		splitter.add(Parts.chunk("45"));
		assertThatExceptionOfType(ElevenLabsApiException.class).isThrownBy(() -> splitter.add(Parts.chunk("6")))
			.withMessageContaining("5 bytes")
			.satisfies((ex) -> assertThat(ex.getBytesReceived()).isEqualTo(18));
	}

	@Test
	void aReplyWithoutAHeadIsAFaultOfTheLine() {
		assertThatIllegalStateException().isThrownBy(() -> new LineSplitter(5).head());
	}

}
