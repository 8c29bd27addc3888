package io.github.elevenspring.cache;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.elevenspring.call.ReplyPart;

/**
 * The body of an answer that is kept, in the chunks in which it came: what the service
 * sent is held once, however many read it. Immutable.
 */
final class CachedBody {

	private static final int CHUNK_SIZE = 32 * 1024;

	/**
	 * What a chunk takes beside its bytes, and how large chunks must be on average for
	 * that not to matter.
	 */
	private static final int WEIGHT_OF_CHUNK = 64;

	private static final int WORTHWHILE_SIZE = 1024;

	private final List<ReplyPart.Chunk> chunks;

	private final int length;

	private CachedBody(List<ReplyPart.Chunk> chunks, int length) {
		this.chunks = List.copyOf(chunks);
		this.length = length;
	}

	/**
	 * Return the body that is made of some chunks. Crumbs are put together.
	 * @param chunks the chunks, which are shared
	 * @return the body
	 */
	static CachedBody of(List<ReplyPart.Chunk> chunks) {
		int length = 0;
		for (ReplyPart.Chunk chunk : chunks) {
			length += chunk.size();
		}
		CachedBody body = new CachedBody(chunks, length);
		return (length / WORTHWHILE_SIZE < chunks.size() - 1) ? of(body.toBytes()) : body;
	}

	/**
	 * Return the body that is made of some bytes.
	 * @param bytes the bytes
	 * @return the body
	 */
	static CachedBody of(byte[] bytes) {
		if (bytes.length <= CHUNK_SIZE) {
			return new CachedBody(List.of(new ReplyPart.Chunk(bytes, true)), bytes.length);
		}
		List<ReplyPart.Chunk> chunks = new ArrayList<>();
		for (int start = 0; start < bytes.length; start += CHUNK_SIZE) {
			int end = Math.min(start + CHUNK_SIZE, bytes.length);
			chunks.add(new ReplyPart.Chunk(Arrays.copyOfRange(bytes, start, end), true));
		}
		return new CachedBody(chunks, bytes.length);
	}

	List<ReplyPart.Chunk> chunks() {
		return this.chunks;
	}

	int length() {
		return this.length;
	}

	/**
	 * Return about how many bytes of memory the body takes.
	 */
	int weight() {
		return this.length + this.chunks.size() * WEIGHT_OF_CHUNK;
	}

	byte[] toBytes() {
		return ReplyPart.Chunk.join(this.chunks);
	}

	void writeTo(OutputStream output) throws IOException {
		for (ReplyPart.Chunk chunk : this.chunks) {
			output.write(chunk.bytes());
		}
	}

}
