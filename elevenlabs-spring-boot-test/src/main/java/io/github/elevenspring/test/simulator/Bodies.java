package io.github.elevenspring.test.simulator;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

import reactor.core.publisher.Flux;

/**
 * Cuts and stretches bodies without holding them in memory.
 */
final class Bodies {

	private static final int REPEATED = 32 * 1024;

	private Bodies() {
	}

	/**
	 * Return the beginning of a body.
	 * @param body the body
	 * @param count the number of bytes
	 * @return these bytes, or all if there are fewer
	 */
	static Flux<byte[]> first(Flux<byte[]> body, long count) {
		if (count == 0) {
			return Flux.empty();
		}
		return Flux.defer(() -> {
			long[] left = { count };
			return body.map((chunk) -> {
				byte[] part = (chunk.length <= left[0]) ? chunk : Arrays.copyOf(chunk, (int) left[0]);
				left[0] -= part.length;
				return part;
			}).takeUntil((part) -> left[0] == 0);
		});
	}

	/**
	 * Return a body of exactly the size that is wanted, by repeating the beginning of
	 * another one.
	 * @param body the body to begin with
	 * @param size the number of bytes
	 * @return the bytes
	 */
	static Flux<byte[]> repeat(Flux<byte[]> body, long size) {
		Flux<byte[]> endless = first(body, REPEATED).reduceWith(ByteArrayOutputStream::new, (bytes, chunk) -> {
			bytes.writeBytes(chunk);
			return bytes;
		}).map(ByteArrayOutputStream::toByteArray).flatMapMany((chunk) -> Flux.generate((sink) -> sink.next(chunk)));
		return first(endless, size);
	}

}
