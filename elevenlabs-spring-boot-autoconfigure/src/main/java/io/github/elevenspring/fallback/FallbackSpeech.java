package io.github.elevenspring.fallback;

import io.github.elevenspring.model.OutputFormat;
import reactor.core.publisher.Flux;

import org.springframework.util.Assert;

/**
 * What a {@link SpeechFallback} says.
 *
 * @param engine name of the engine, which callers, events and logs are told
 * @param format format of the audio, which need not be the one that was asked for
 * @param audio the audio in order, subscribed to at most once; the arrays are handed over
 * @since 0.1.0
 */
public record FallbackSpeech(String engine, OutputFormat format, Flux<byte[]> audio) {

	/**
	 * Create speech.
	 * @throws IllegalArgumentException if the engine has no name
	 */
	public FallbackSpeech {
		Assert.hasText(engine, "'engine' must not be empty");
	}

}
