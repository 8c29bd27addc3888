package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.ReplyMetadata;

import org.springframework.http.HttpHeaders;

/**
 * Parts of replies, for tests that need no server.
 */
public final class Parts {

	private Parts() {
	}

	public static ReplyPart.Head head() {
		return new ReplyPart.Head(200, HttpHeaders.EMPTY,
				new ReplyMetadata(null, null, null, null, null, null, null, null));
	}

	public static ReplyPart.Chunk chunk(String text) {
		return new ReplyPart.Chunk(text.getBytes(StandardCharsets.UTF_8));
	}

}
