package io.github.elevenspring.benchmarks;

import java.util.function.Function;

import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.SpeechOperations;
import org.springframework.ai.audio.tts.TextToSpeechPrompt;
import org.springframework.ai.audio.tts.TextToSpeechResponse;
import org.springframework.ai.elevenlabs.ElevenLabsTextToSpeechModel;
import org.springframework.ai.elevenlabs.ElevenLabsTextToSpeechOptions;
import org.springframework.ai.elevenlabs.api.ElevenLabsApi;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.ReactorClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * One way to have a text spoken. All send the same request, and give the audio as arrays
 * of bytes.
 */
enum Contender {

	PIPELINE_WHOLE((starter) -> whole(starter.elevenLabs().speech())),

	PIPELINE_STREAMED((starter) -> streamed(starter.elevenLabs().speech())),

	PIPELINE_BLOCKING((starter) -> blocking(starter.elevenLabs().speech())),

	WEB_CLIENT_WHOLE((starter) -> whole(bare(starter))),

	WEB_CLIENT_STREAMED((starter) -> streamed(bare(starter))),

	/**
	 * What Spring Boot's builder makes, whose requests are watched.
	 */
	OBSERVED_WEB_CLIENT_WHOLE((starter) -> whole(starter.webClient())),

	OBSERVED_WEB_CLIENT_STREAMED((starter) -> streamed(starter.webClient())),

	/**
	 * The model an application gets from Spring AI's own starter.
	 */
	SPRING_AI_BLOCKING((starter) -> blocking(starter.springAi())),

	SPRING_AI_STREAMED((starter) -> streamed(starter.springAi())),

	/**
	 * The model whose clients nobody watches.
	 */
	BARE_SPRING_AI_BLOCKING((starter) -> blocking(bareModel(starter, new ReactorClientHttpRequestFactory()))),

	BARE_SPRING_AI_STREAMED((starter) -> streamed(bareModel(starter, new ReactorClientHttpRequestFactory()))),

	/**
	 * The same with the client that it takes where there is no Reactor Netty.
	 */
	JDK_SPRING_AI_BLOCKING((starter) -> blocking(bareModel(starter, new JdkClientHttpRequestFactory())));

	static final String VOICE = "voice";

	private static final String PATH = "/v1/text-to-speech/{voice}";

	private static final String QUERY = "?output_format=mp3_44100_128";

	private final Function<Starter, Function<String, Mono<Integer>>> calls;

	Contender(Function<Starter, Function<String, Mono<Integer>>> calls) {
		this.calls = calls;
	}

	/**
	 * Return what makes one call, and tells how many bytes of audio came.
	 * @param starter the application it is part of
	 */
	Function<String, Mono<Integer>> calls(Starter starter) {
		return this.calls.apply(starter);
	}

	private static Function<String, Mono<Integer>> whole(SpeechOperations speech) {
		return (text) -> speech.convert(SpeechRequest.of(text)).map((spoken) -> spoken.audio().length);
	}

	private static Function<String, Mono<Integer>> streamed(SpeechOperations speech) {
		return (text) -> size(speech.stream(SpeechRequest.of(text)));
	}

	private static Function<String, Mono<Integer>> blocking(SpeechOperations speech) {
		return (text) -> Mono.fromCallable(() -> {
			Speech spoken = speech.convert(SpeechRequest.of(text)).block();
			return (spoken != null) ? spoken.audio().length : 0;
		});
	}

	private static WebClient bare(Starter starter) {
		return WebClient.builder().baseUrl(starter.url()).clientConnector(starter.connector()).build();
	}

	private static Function<String, Mono<Integer>> whole(WebClient http) {
		return (text) -> ask(http, PATH + QUERY, text).bodyToMono(byte[].class).map((audio) -> audio.length);
	}

	private static Function<String, Mono<Integer>> streamed(WebClient http) {
		return (text) -> size(ask(http, PATH + "/stream" + QUERY, text).bodyToFlux(byte[].class));
	}

	private static WebClient.ResponseSpec ask(WebClient http, String uri, String text) {
		return http.post()
			.uri(uri, VOICE)
			.header("xi-api-key", "key")
			.contentType(MediaType.APPLICATION_JSON)
			.bodyValue(new Body(text, ModelCatalog.DEFAULT_MODEL))
			.retrieve();
	}

	private static ElevenLabsTextToSpeechModel bareModel(Starter starter, ClientHttpRequestFactory blocking) {
		return ElevenLabsTextToSpeechModel.builder()
			.elevenLabsApi(ElevenLabsApi.builder()
				.baseUrl(starter.url())
				.apiKey("key")
				.restClientBuilder(RestClient.builder().requestFactory(blocking))
				.webClientBuilder(WebClient.builder().clientConnector(starter.connector()))
				.build())
			.options(ElevenLabsTextToSpeechOptions.builder()
				.voiceId(VOICE)
				.modelId(ModelCatalog.DEFAULT_MODEL)
				.outputFormat("mp3_44100_128")
				.build())
			.build();
	}

	private static Function<String, Mono<Integer>> blocking(ElevenLabsTextToSpeechModel model) {
		return (text) -> Mono
			.fromCallable(() -> model.call(new TextToSpeechPrompt(text)).getResult().getOutput().length);
	}

	private static Function<String, Mono<Integer>> streamed(ElevenLabsTextToSpeechModel model) {
		return (text) -> size(model.stream(new TextToSpeechPrompt(text))
			.map(TextToSpeechResponse::getResult)
			.map((speech) -> speech.getOutput()));
	}

	private static Mono<Integer> size(Flux<byte[]> audio) {
		return audio.reduce(0, (size, part) -> size + part.length);
	}

	@SuppressWarnings("unused")
	private record Body(String text, String model_id) {

	}

}
