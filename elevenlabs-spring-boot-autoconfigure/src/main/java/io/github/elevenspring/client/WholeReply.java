package io.github.elevenspring.client;

import io.github.elevenspring.call.ReplyPart;

/**
 * A reply that was read to its end.
 *
 * @param head the head
 * @param body all bytes; whoever receives the reply owns them
 * @since 0.1.0
 */
public record WholeReply(ReplyPart.Head head, byte[] body) {

	@Override
	public String toString() {
		return "WholeReply[status=" + this.head.status() + ", body=" + this.body.length + " bytes]";
	}

}
