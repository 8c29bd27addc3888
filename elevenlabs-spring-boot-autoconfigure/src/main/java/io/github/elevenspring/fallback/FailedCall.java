package io.github.elevenspring.fallback;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.speech.SpeechRequest;

/**
 * A call that has failed, and what has been tried for it since. Immutable.
 *
 * @param call the call as it was asked for
 * @param request the request as it was asked for
 * @param error what went wrong with it
 * @param later what went wrong with the steps of the chain so far
 */
record FailedCall(Call call, SpeechRequest request, ElevenLabsException error, List<Throwable> later) {

	private static final int MOST_SUPPRESSED = 16;

	FailedCall and(Throwable error) {
		List<Throwable> all = new ArrayList<>(this.later);
		all.add(error);
		return new FailedCall(this.call, this.request, this.error, all);
	}

	/**
	 * Tell whether anything that has failed so far may have been billed.
	 */
	boolean mayHaveBeenBilled() {
		return isAny(ElevenLabsException::mayHaveBeenBilled);
	}

	/**
	 * Tell whether ElevenLabs had begun to answer, and so surely has billed it.
	 */
	boolean hadBegun() {
		return isAny((failure) -> failure.getBytesReceived() > 0);
	}

	private boolean isAny(Predicate<ElevenLabsException> test) {
		return Stream.concat(Stream.of(this.error), this.later.stream())
			.anyMatch((error) -> error instanceof ElevenLabsException failure && test.test(failure));
	}

	/**
	 * Return the error for the caller, who did not ask for any fallback. Equal calls that
	 * shared a request share its error too, so not all of them can leave theirs.
	 */
	ElevenLabsException explained() {
		for (Throwable error : this.later) {
			if (error != this.error && this.error.getSuppressed().length < MOST_SUPPRESSED) {
				this.error.addSuppressed(error);
			}
		}
		return this.error;
	}

}
