package io.github.elevenspring.test.docs;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Something to test, as the page on the simulator shows it.
 */
@SpringBootApplication
class Greeting {

	private final ElevenLabsTemplate elevenLabs;

	Greeting(ElevenLabsTemplate elevenLabs) {
		this.elevenLabs = elevenLabs;
	}

	String speak() {
		return this.elevenLabs.speech()
			.convert(SpeechRequest.of("Hello").voice("any"))
			.map(Object::toString)
			.onErrorReturn(ElevenLabsException.class, "Sorry, no voice today")
			.block();
	}

}
