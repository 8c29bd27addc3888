package io.github.elevenspring.fallback;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.speech.SpeechRequest;

/**
 * A call that has failed, and so may have other ways to answer it. Immutable.
 *
 * @param call the call as it was asked for
 * @param request the request as it was asked for
 * @param error what went wrong with it
 * @param later what went wrong with the other ways so far
 */
record FailedCall(Call call, SpeechRequest request, ElevenLabsException error, List<Throwable> later) {

	private static final int MOST_SUPPRESSED = 16;

	FailedCall and(Throwable error) {
		List<Throwable> all = new ArrayList<>(this.later);
		all.add(error);
		return new FailedCall(this.call, this.request, this.error, all);
	}

	/**
	 * Tell whether ElevenLabs may want money for what has failed so far: it had begun to
	 * answer, or nobody knows what it did.
	 */
	boolean mayBeBilled(boolean timeoutsAreFree) {
		return Stream.concat(Stream.of(this.error), this.later.stream())
			.anyMatch((error) -> error instanceof ElevenLabsException failure && mayBeBilled(failure, timeoutsAreFree));
	}

	private static boolean mayBeBilled(ElevenLabsException error, boolean timeoutsAreFree) {
		return error.getBytesReceived() > 0 || (error.getKind() == ErrorKind.TIMEOUT && !timeoutsAreFree)
				|| (error instanceof ElevenLabsApiException answer && answer.getHttpStatus() < 300);
	}

	/**
	 * Return the error for the caller, who did not ask for the other ways. Equal calls
	 * that shared a request share its error too, so not all of them can leave theirs.
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
