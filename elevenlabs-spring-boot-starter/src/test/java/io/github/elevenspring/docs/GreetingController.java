package io.github.elevenspring.docs;

import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import reactor.core.publisher.Flux;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The snippet of the README's first screen.
 */
@RestController
class GreetingController {

	private final ElevenLabsTemplate elevenLabs;

	GreetingController(ElevenLabsTemplate elevenLabs) {
		this.elevenLabs = elevenLabs;
	}

	@GetMapping(path = "/greeting", produces = "audio/mpeg")
	Flux<byte[]> greeting() {
		return this.elevenLabs.speech().stream(SpeechRequest.of("Hello from Spring."));
	}

}
