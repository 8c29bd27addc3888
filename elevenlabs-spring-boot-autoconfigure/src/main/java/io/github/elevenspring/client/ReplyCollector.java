package io.github.elevenspring.client;

import java.util.ArrayList;
import java.util.List;

import io.github.elevenspring.call.ReplyPart;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the parts of one reply, up to a bound. Serves one subscription.
 */
final class ReplyCollector {

	private final List<ReplyPart.Chunk> chunks = new ArrayList<>();

	private final int most;

	private ReplyPart.@Nullable Head head;

	private long size;

	ReplyCollector(int most) {
		this.most = most;
	}

	void add(ReplyPart part) {
		if (part instanceof ReplyPart.Head received) {
			this.head = received;
		}
		else if (part instanceof ReplyPart.Chunk chunk) {
			this.size += chunk.size();
			if (this.size > this.most) {
				throw UnusableReply.tooLarge(head(), this.most, this.size);
			}
			this.chunks.add(chunk);
		}
	}

	WholeReply whole() {
		return new WholeReply(head(),
				(this.chunks.size() == 1) ? this.chunks.get(0).ownBytes() : ReplyPart.Chunk.join(this.chunks));
	}

	private ReplyPart.Head head() {
		ReplyPart.Head head = this.head;
		if (head == null) {
			throw new IllegalStateException("A reply must begin with its head");
		}
		return head;
	}

}
