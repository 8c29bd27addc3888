package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;

import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.SpeechStream;
import io.github.elevenspring.template.ElevenLabsTemplate;
import reactor.core.publisher.Flux;

/**
 * The ways to ask for speech, with an answer that begins well for each.
 */
enum Form {

	CONVERT("audio/mpeg", false) {

		@Override
		Flux<?> call(ElevenLabsTemplate template, SpeechRequest request) {
			return template.speech().convert(request).flux();
		}

	},

	STREAM("audio/mpeg", true) {

		@Override
		Flux<?> call(ElevenLabsTemplate template, SpeechRequest request) {
			return template.speech().stream(request);
		}

	},

	STREAM_WITH_FUNCTION("audio/mpeg", true) {

		@Override
		Flux<?> call(ElevenLabsTemplate template, SpeechRequest request) {
			return template.speech().stream(request, SpeechStream::audio);
		}

	},

	CONVERT_WITH_TIMESTAMPS("application/json", false) {

		@Override
		Flux<?> call(ElevenLabsTemplate template, SpeechRequest request) {
			return template.speech().convertWithTimestamps(request).flux();
		}

	},

	STREAM_WITH_TIMESTAMPS("application/json", true) {

		@Override
		Flux<?> call(ElevenLabsTemplate template, SpeechRequest request) {
			return template.speech().streamWithTimestamps(request);
		}

	};

	static final String LINE = "{\"audio_base64\":\"//uQAAAA\",\"alignment\":{\"characters\":[\"H\",\"i\"],"
			+ "\"character_start_times_seconds\":[0,0.1],\"character_end_times_seconds\":[0.1,0.2]}}\n";

	private final String contentType;

	private final boolean streams;

	Form(String contentType, boolean streams) {
		this.contentType = contentType;
		this.streams = streams;
	}

	abstract Flux<?> call(ElevenLabsTemplate template, SpeechRequest request);

	String contentType() {
		return this.contentType;
	}

	/**
	 * Whether parts reach the caller before the end.
	 */
	boolean streams() {
		return this.streams;
	}

	boolean isJson() {
		return this.contentType.endsWith("json");
	}

	/**
	 * The first part of an answer, from which something can be used if the form streams.
	 */
	byte[] beginning() {
		return switch (this) {
			case CONVERT, STREAM, STREAM_WITH_FUNCTION -> "ID3 and some audio".getBytes(StandardCharsets.UTF_8);
			case CONVERT_WITH_TIMESTAMPS -> LINE.substring(0, 40).getBytes(StandardCharsets.UTF_8);
			case STREAM_WITH_TIMESTAMPS -> LINE.getBytes(StandardCharsets.UTF_8);
		};
	}

	/**
	 * What makes the answer whole after its beginning.
	 */
	byte[] rest() {
		return switch (this) {
			case CONVERT, STREAM, STREAM_WITH_FUNCTION -> " and more of it".getBytes(StandardCharsets.UTF_8);
			case CONVERT_WITH_TIMESTAMPS -> LINE.substring(40).getBytes(StandardCharsets.UTF_8);
			case STREAM_WITH_TIMESTAMPS -> LINE.getBytes(StandardCharsets.UTF_8);
		};
	}

}
