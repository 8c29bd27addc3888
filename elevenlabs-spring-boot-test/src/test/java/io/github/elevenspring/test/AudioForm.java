package io.github.elevenspring.test;

import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.TimedSpeech;
import io.github.elevenspring.template.SpeechOperations;
import reactor.core.publisher.Flux;

/**
 * The forms in which speech is asked for, seen as nothing but audio.
 */
enum AudioForm {

	CONVERT(false, false) {

		@Override
		Flux<byte[]> speak(SpeechOperations speech, SpeechRequest request) {
			return speech.convert(request).map(Speech::audio).flux();
		}

	},

	STREAM(true, false) {

		@Override
		Flux<byte[]> speak(SpeechOperations speech, SpeechRequest request) {
			return speech.stream(request);
		}

	},

	CONVERT_WITH_TIMESTAMPS(false, true) {

		@Override
		Flux<byte[]> speak(SpeechOperations speech, SpeechRequest request) {
			return speech.convertWithTimestamps(request).map(TimedSpeech::audio).flux();
		}

	},

	STREAM_WITH_TIMESTAMPS(true, true) {

		@Override
		Flux<byte[]> speak(SpeechOperations speech, SpeechRequest request) {
			return speech.streamWithTimestamps(request).map(TimedSpeech::audio);
		}

	};

	private final boolean streamed;

	private final boolean timed;

	AudioForm(boolean streamed, boolean timed) {
		this.streamed = streamed;
		this.timed = timed;
	}

	abstract Flux<byte[]> speak(SpeechOperations speech, SpeechRequest request);

	boolean isStreamed() {
		return this.streamed;
	}

	boolean isTimed() {
		return this.timed;
	}

}
