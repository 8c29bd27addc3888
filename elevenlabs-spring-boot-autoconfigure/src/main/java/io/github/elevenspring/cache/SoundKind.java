package io.github.elevenspring.cache;

import java.util.function.Predicate;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;

/**
 * Kinds of answers that are kept. Calls whose answers are of the same kind share them.
 */
enum SoundKind {

	/**
	 * Audio, whether it was asked for as a whole or as a stream.
	 */
	AUDIO((body) -> body.length() > 0),

	/**
	 * One JSON value with audio and times.
	 */
	TIMED(TimedBody::isWhole),

	/**
	 * Such values on a line each.
	 */
	TIMED_LINES(TimedBody::isWhole);

	private final Predicate<CachedBody> whole;

	SoundKind(Predicate<CachedBody> whole) {
		this.whole = whole;
	}

	/**
	 * Return the kind of answer to a call. What ElevenLabs must not store is not kept
	 * here either.
	 * @param call the call
	 * @return the kind, or {@code null} if the answer is not one to keep
	 */
	static @Nullable SoundKind of(Call call) {
		if (!(call.request() instanceof SpeechRequest request) || Boolean.FALSE.equals(request.enableLogging())) {
			return null;
		}
		return switch (call.operation()) {
			case SPEECH_CONVERT, SPEECH_STREAM -> AUDIO;
			case SPEECH_CONVERT_WITH_TIMESTAMPS -> TIMED;
			case SPEECH_STREAM_WITH_TIMESTAMPS -> TIMED_LINES;
			default -> null;
		};
	}

	/**
	 * Tell whether a body that has ended is an answer worth keeping.
	 * @param body the whole body
	 * @return whether nothing is missing
	 */
	boolean isWhole(CachedBody body) {
		return this.whole.test(body);
	}

}
