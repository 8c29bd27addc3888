package io.github.elevenspring.template;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.client.Parts;
import io.github.elevenspring.client.ReplyReader;
import io.github.elevenspring.client.Wire;
import io.github.elevenspring.model.ApiReply;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.SpeechStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * An application may do what it likes with the audio it got, although a cache and other
 * callers hold the same.
 */
class SharedAudioTests {

	private static final SpeechRequest REQUEST = SpeechRequest.of("Hello");

	@ParameterizedTest(name = "{0}, {2} chunks")
	@MethodSource
	void audioBelongsToTheApplication(String form,
			BiFunction<ElevenLabsTemplate, SpeechRequest, Flux<byte[]>> operation, int chunks) {
		List<ReplyPart> kept = Stream
			.<ReplyPart>concat(Stream.of(Parts.head()),
					Stream.generate(() -> Parts.chunk("audio").share()).limit(chunks))
			.toList();
		ElevenLabsTemplate template = new ElevenLabsTemplate(
				new CallPipeline(List.of(), (call) -> Flux.fromIterable(kept)), new ReplyReader(1024),
				new SpeechDefaults(Wire.VOICE, ModelCatalog.DEFAULT_MODEL, OutputFormat.MP3_44100_128),
				new ModelCatalog());
		for (int i = 0; i < 2; i++) {
			List<byte[]> received = operation.apply(template, REQUEST).collectList().block(Duration.ofSeconds(5));
			assertThat(received).isNotEmpty();
			assertThat(received.stream().map(String::new)).allMatch((audio) -> audio.startsWith("audio"));
			received.forEach((bytes) -> Arrays.fill(bytes, (byte) 0));
		}
	}

	static Stream<Arguments> audioBelongsToTheApplication() {
		BiFunction<ElevenLabsTemplate, SpeechRequest, Flux<byte[]>> whole = (template,
				request) -> template.speech().convert(request).map(Speech::audio).flux();
		BiFunction<ElevenLabsTemplate, SpeechRequest, Flux<byte[]>> streamed = (template, request) -> template.speech()
			.stream(request);
		BiFunction<ElevenLabsTemplate, SpeechRequest, Flux<byte[]>> opened = (template, request) -> template.speech()
			.stream(request, SpeechStream::audio);
		BiFunction<ElevenLabsTemplate, SpeechRequest, Flux<byte[]>> exchanged = (template, request) -> template
			.exchange(ApiRequest.get("/v1/voices"), ApiReply::body);
		return Stream.of(1, 2)
			.flatMap((chunks) -> Stream.of(arguments("convert", whole, chunks), arguments("stream", streamed, chunks),
					arguments("stream with its head", opened, chunks), arguments("exchange", exchanged, chunks)));
	}

}
