package io.github.elevenspring.client;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsApiException.Details;
import io.github.elevenspring.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * Errors for replies that began well and turned out to be of no use. The body is never
 * quoted: it may hold the user's text.
 */
final class UnusableReply {

	private UnusableReply() {
	}

	static ElevenLabsApiException notJson(ReplyPart.Head head, long received) {
		return error(head, received, "ElevenLabs answered HTTP " + head.status()
				+ ", but the body is cut off or is not the JSON of this endpoint: try again later");
	}

	static ElevenLabsApiException tooLarge(ReplyPart.Head head, long most, long received) {
		return error(head, received, "The answer is larger than the " + most
				+ " bytes that may be held in memory: stream it, or raise elevenlabs.max-in-memory-size");
	}

	private static ElevenLabsApiException error(ReplyPart.Head head, long received, String message) {
		@Nullable String traceId = head.metadata().traceId();
		return new ElevenLabsApiException(ErrorKind.SERVER, message,
				new Details(head.status(), null, null, traceId, null, received));
	}

}
