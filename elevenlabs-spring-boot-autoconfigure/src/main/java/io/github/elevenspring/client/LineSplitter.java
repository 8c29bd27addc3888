package io.github.elevenspring.client;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

import io.github.elevenspring.call.ReplyPart;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the chunks of one reply into lines, up to a bound for each. Blank lines are passed
 * over. Serves one subscription.
 */
final class LineSplitter {

	private final ByteArrayOutputStream line = new ByteArrayOutputStream();

	private final int longest;

	private ReplyPart.@Nullable Head head;

	private long received;

	LineSplitter(int longest) {
		this.longest = longest;
	}

	/**
	 * Take a part, and return the lines that are complete with it.
	 */
	List<byte[]> add(ReplyPart part) {
		this.received += part.size();
		if (part instanceof ReplyPart.Head received) {
			this.head = received;
			return List.of();
		}
		List<byte[]> lines = new ArrayList<>();
		byte[] bytes = ((ReplyPart.Chunk) part).bytes();
		int start = 0;
		for (int end = 0; end < bytes.length; end++) {
			if (bytes[end] == '\n') {
				append(bytes, start, end);
				lines.addAll(rest());
				start = end + 1;
			}
		}
		append(bytes, start, bytes.length);
		return lines;
	}

	/**
	 * Return what follows the last line break, as one line or none.
	 */
	List<byte[]> rest() {
		byte[] bytes = this.line.toByteArray();
		this.line.reset();
		return isBlank(bytes) ? List.of() : List.of(bytes);
	}

	long received() {
		return this.received;
	}

	ReplyPart.Head head() {
		ReplyPart.Head head = this.head;
		if (head == null) {
			throw new IllegalStateException("A reply must begin with its head");
		}
		return head;
	}

	private void append(byte[] bytes, int start, int end) {
		if (this.line.size() + (long) (end - start) > this.longest) {
			throw UnusableReply.tooLarge(head(), this.longest, this.received);
		}
		this.line.write(bytes, start, end - start);
	}

	private static boolean isBlank(byte[] bytes) {
		for (byte value : bytes) {
			if (value != ' ' && value != '\r' && value != '\t') {
				return false;
			}
		}
		return true;
	}

}
