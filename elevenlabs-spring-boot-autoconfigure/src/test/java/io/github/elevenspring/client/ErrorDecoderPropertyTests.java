package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;

import io.github.elevenspring.error.ElevenLabsApiException;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Properties of {@link ErrorDecoder}, whatever the input.
 */
class ErrorDecoderPropertyTests {

	private static final Redaction REDACTION = new Redaction(Wire.KEY, () -> List.of("Some text or other."));

	private final ErrorDecoder decoder = new ErrorDecoder(Clock.systemUTC());

	@Property
	void noBytesBreakIt(@ForAll byte[] body, @ForAll @IntRange(min = 200, max = 599) int http) {
		ElevenLabsApiException error = this.decoder.decode(http, HttpHeaders.EMPTY, body, REDACTION);
		assertThat(error.getMessage()).contains("HTTP " + http).contains("Remedy: ");
	}

	@Property(tries = 3000)
	void noJsonBreaksIt(@ForAll("detail") String body, @ForAll @IntRange(min = 200, max = 599) int http) {
		ElevenLabsApiException error = this.decoder.decode(http, HttpHeaders.EMPTY,
				body.getBytes(StandardCharsets.UTF_8), REDACTION);
		assertThat(error.getMessage()).contains("HTTP " + http).contains("Remedy: ");
		assertThat(error.getKind()).isNotNull();
	}

	@Provide
	Arbitrary<String> detail() {
		Arbitrary<String> leaf = Arbitraries.oneOf(
				Arbitraries.of("null", "true", "0", "-1.5e300", "\"\"", "\"\\ud800\"", "{}", "[]", "\"text_too_long\""),
				Arbitraries.strings().alpha().map((text) -> "\"" + text + "\""));
		Arbitrary<String> field = Arbitraries.of("code", "status", "message", "request_id", "loc", "msg", "input",
				"detail", "param");
		Arbitrary<String> value = Arbitraries.recursive(() -> leaf,
				(inner) -> Arbitraries.oneOf(
						inner.list().ofMaxSize(3).map((list) -> "[" + String.join(",", list) + "]"),
						Arbitraries.maps(field, inner)
							.ofMaxSize(4)
							.map((map) -> map.entrySet()
								.stream()
								.map((entry) -> "\"" + entry.getKey() + "\":" + entry.getValue())
								.collect(java.util.stream.Collectors.joining(",", "{", "}")))),
				0, 3);
		return value.map((detail) -> "{\"detail\":" + detail + "}");
	}

}
