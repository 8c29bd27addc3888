package io.github.elevenspring.test.simulator;

import java.util.Arrays;
import java.util.Base64;

/**
 * Base64 of a stream: what does not fill a group of three waits for the next chunk.
 */
final class Base64Chunks {

	private static final int GROUP = 3;

	private byte[] rest = {};

	byte[] encode(byte[] chunk) {
		byte[] bytes = Arrays.copyOf(this.rest, this.rest.length + chunk.length);
		System.arraycopy(chunk, 0, bytes, this.rest.length, chunk.length);
		int whole = bytes.length - bytes.length % GROUP;
		this.rest = Arrays.copyOfRange(bytes, whole, bytes.length);
		return Base64.getEncoder().encode(Arrays.copyOf(bytes, whole));
	}

	byte[] end() {
		return Base64.getEncoder().encode(this.rest);
	}

}
