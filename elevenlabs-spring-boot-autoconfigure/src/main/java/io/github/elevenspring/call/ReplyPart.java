package io.github.elevenspring.call;

import java.util.List;

import io.github.elevenspring.model.Delivery;
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
	 * @param delivery what it took to get the reply
	 */
	record Head(int status, HttpHeaders headers, ReplyMetadata metadata, Delivery delivery) implements ReplyPart {

		/**
		 * Create the head of a reply of which nothing more is known.
		 * @param status HTTP status, always 2xx
		 * @param headers all headers, read-only
		 * @param metadata what the headers say about the reply
		 */
		public Head(int status, HttpHeaders headers, ReplyMetadata metadata) {
			this(status, headers, metadata, Delivery.DIRECT);
		}

		/**
		 * Return this head with what is known of the way of the reply.
		 * @param delivery what it took to get the reply
		 * @return a copy
		 */
		public Head withDelivery(Delivery delivery) {
			return new Head(this.status, this.headers, this.metadata, delivery);
		}

		@Override
		public int size() {
			return 0;
		}

	}

	/**
	 * A piece of the body, never empty. It passes through the stages without being
	 * copied, so no stage may change its bytes; who gives them away to the application
	 * gives away {@link #ownBytes()}.
	 *
	 * @param bytes the bytes, which must not be changed
	 * @param shared whether others, such as a cache, hold the same bytes
	 */
	record Chunk(byte[] bytes, boolean shared) implements ReplyPart {

		/**
		 * Create a chunk that nobody else holds.
		 * @param bytes the bytes
		 */
		public Chunk(byte[] bytes) {
			this(bytes, false);
		}

		/**
		 * Put chunks together.
		 * @param chunks the chunks in order
		 * @return bytes that may be changed
		 */
		public static byte[] join(List<Chunk> chunks) {
			byte[] joined = new byte[chunks.stream().mapToInt(Chunk::size).sum()];
			int position = 0;
			for (Chunk chunk : chunks) {
				System.arraycopy(chunk.bytes, 0, joined, position, chunk.size());
				position += chunk.size();
			}
			return joined;
		}

		/**
		 * Return this chunk as one that others hold too.
		 * @return a chunk with the same bytes
		 */
		public Chunk share() {
			return this.shared ? this : new Chunk(this.bytes, true);
		}

		/**
		 * Return bytes that belong to whoever asks: these, or a copy if they are shared.
		 * @return bytes that may be changed
		 */
		public byte[] ownBytes() {
			return this.shared ? this.bytes.clone() : this.bytes;
		}

		@Override
		public int size() {
			return this.bytes.length;
		}

	}

}
