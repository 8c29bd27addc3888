package io.github.elevenspring.call;

import io.github.elevenspring.model.ReplyMetadata;

import org.springframework.http.HttpHeaders;

/**
 * A part of a reply: first its head, then chunks of its body. A reply is one publisher,
 * so whatever a stage holds for the reply lives exactly as long as the subscription:
 * there is no body that could be forgotten unread.
 *
 * @since 0.1.0
 */
public sealed interface ReplyPart {

	/**
	 * Return how many bytes of the body this part holds.
	 * @return the number of bytes
	 */
	int size();

	/**
	 * The first part. It is emitted together with the first chunk, or with the end of a
	 * reply without a body, so a head means that the service really answers.
	 *
	 * @param status HTTP status, always 2xx
	 * @param headers all headers, read-only
	 * @param metadata what the headers say about the reply
	 */
	record Head(int status, HttpHeaders headers, ReplyMetadata metadata) implements ReplyPart {

		@Override
		public int size() {
			return 0;
		}

	}

	/**
	 * A piece of the body, never empty.
	 *
	 * @param bytes the bytes; whoever receives the chunk owns them
	 */
	record Chunk(byte[] bytes) implements ReplyPart {

		@Override
		public int size() {
			return this.bytes.length;
		}

	}

}
