package io.github.elevenspring.test;

import java.util.Map;

import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;

import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

/**
 * What a text sounds like when nothing goes wrong, asked for without the library.
 */
final class CleanSpeech {

	private CleanSpeech() {
	}

	static byte[] of(SpeechRequest request, ElevenLabsSimulator simulator) {
		return RestClient.create(simulator.baseUrl())
			.post()
			.uri("/v1/text-to-speech/{voice}?output_format={format}", request.voiceId(), request.outputFormat())
			.header("xi-api-key", simulator.apiKey())
			.contentType(MediaType.APPLICATION_JSON)
			.body(Map.of("text", request.text()))
			.retrieve()
			.body(byte[].class);
	}

}
