package io.github.elevenspring.benchmarks;

import java.util.function.Function;

import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import org.springframework.ai.audio.tts.TextToSpeechPrompt;
import org.springframework.ai.audio.tts.TextToSpeechResponse;
import org.springframework.ai.elevenlabs.ElevenLabsTextToSpeechModel;
import org.springframework.ai.elevenlabs.ElevenLabsTextToSpeechOptions;
import org.springframework.ai.elevenlabs.api.ElevenLabsApi;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * One way to have a text spoken. All send the same request, and give the audio as arrays
 * of bytes.
 *
 * @param name what it is called
 * @param call makes one call, and tells how many bytes of audio came
 */
record Contender(String name, Function<String, Mono<Integer>> call) {

	static final String VOICE = "voice";

	private static final String PATH = "/v1/text-to-speech/{voice}";

	private static final String QUERY = "?output_format=mp3_44100_128";

	static Contender whole(ElevenLabsTemplate elevenLabs) {
		return new Contender(Comparison.PIPELINE,
				(text) -> elevenLabs.speech().convert(SpeechRequest.of(text)).map((speech) -> speech.audio().length));
	}

	static Contender streamed(ElevenLabsTemplate elevenLabs) {
		return new Contender(Comparison.PIPELINE, (text) -> size(elevenLabs.speech().stream(SpeechRequest.of(text))));
	}

	static Contender blocking(ElevenLabsTemplate elevenLabs) {
		return new Contender(Comparison.PIPELINE, (text) -> Mono.fromCallable(() -> {
			Speech speech = elevenLabs.speech().convert(SpeechRequest.of(text)).block();
			return (speech != null) ? speech.audio().length : 0;
		}));
	}

	static Contender whole(String name, WebClient http) {
		return new Contender(name,
				(text) -> ask(http, PATH + QUERY, text).bodyToMono(byte[].class).map((audio) -> audio.length));
	}

	static Contender streamed(String name, WebClient http) {
		return new Contender(name, (text) -> size(ask(http, PATH + "/stream" + QUERY, text).bodyToFlux(byte[].class)));
	}

	static Contender blocking(String name, ElevenLabsTextToSpeechModel model) {
		return new Contender(name, (text) -> Mono
			.fromCallable(() -> model.call(new TextToSpeechPrompt(text)).getResult().getOutput().length));
	}

	static Contender streamed(String name, ElevenLabsTextToSpeechModel model) {
		return new Contender(name,
				(text) -> size(model.stream(new TextToSpeechPrompt(text))
					.map(TextToSpeechResponse::getResult)
					.map((speech) -> speech.getOutput())));
	}

	/**
	 * Return the model of Spring AI.
	 */
	static ElevenLabsTextToSpeechModel springAi(String url, ClientHttpRequestFactory blocking, WebClient.Builder http) {
		return ElevenLabsTextToSpeechModel.builder()
			.elevenLabsApi(ElevenLabsApi.builder()
				.baseUrl(url)
				.apiKey("key")
				.restClientBuilder(RestClient.builder().requestFactory(blocking))
				.webClientBuilder(http)
				.build())
			.options(ElevenLabsTextToSpeechOptions.builder()
				.voiceId(VOICE)
				.modelId(ModelCatalog.DEFAULT_MODEL)
				.outputFormat("mp3_44100_128")
				.build())
			.build();
	}

	private static WebClient.ResponseSpec ask(WebClient http, String uri, String text) {
		return http.post()
			.uri(uri, VOICE)
			.header("xi-api-key", "key")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(new Body(text, ModelCatalog.DEFAULT_MODEL))
			.retrieve();
	}

	private static Mono<Integer> size(Flux<byte[]> audio) {
		return audio.reduce(0, (size, part) -> size + part.length);
	}

	@SuppressWarnings("unused")
	private record Body(String text, String model_id) {

	}

}
