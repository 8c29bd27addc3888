package io.github.elevenspring.model;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.http.HttpHeaders;

/**
 * The reply to an {@link ApiRequest}, as it came.
 *
 * @param status HTTP status, always 2xx
 * @param headers headers of the reply, read-only
 * @param metadata what the headers say about the reply
 * @param body the bytes, to be subscribed to at most once; it fails with an
 * {@link io.github.elevenspring.error.ElevenLabsException} if it ends early
 * @param delivery what it took to get the reply
 * @since 0.1.0
 */
public record ApiReply(int status, HttpHeaders headers, ReplyMetadata metadata, Flux<byte[]> body, Delivery delivery) {

	/**
	 * Return the type of the body.
	 * @return the value of {@code Content-Type}, or {@code null} if there was none
	 */
	public @Nullable String contentType() {
		return this.headers.getFirst(HttpHeaders.CONTENT_TYPE);
	}

}
