package io.github.elevenspring.cache;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import io.github.elevenspring.call.ReplyPart;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link CachedBody}.
 */
class CachedBodyTests {

	private static final int KILOBYTE = 1024;

	@Test
	void chunksAreKeptAsTheyCame() {
		List<ReplyPart.Chunk> chunks = chunks(3, 4 * KILOBYTE);
		CachedBody body = CachedBody.of(chunks);
		assertThat(body.length()).isEqualTo(12 * KILOBYTE);
		assertThat(body.chunks()).containsExactlyElementsOf(chunks);
	}

	@Test
	void crumbsDoNotTakeMoreMemoryThanTheirBytes() {
		List<ReplyPart.Chunk> crumbs = chunks(100 * KILOBYTE, 1);
		CachedBody body = CachedBody.of(crumbs);
		assertThat(body.toBytes()).isEqualTo(joined(crumbs));
		assertThat(body.chunks()).hasSize(4);
		assertThat(body.weight()).isBetween(body.length(), body.length() + KILOBYTE);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 32 * KILOBYTE, 32 * KILOBYTE + 1, 100_000 })
	void whatIsWrittenCanBeReadAgainInPiecesThatAreNotTooLarge(int size) throws IOException {
		CachedBody body = CachedBody.of(chunks(1, size));
		ByteArrayOutputStream output = new ByteArrayOutputStream();
		body.writeTo(output);
		CachedBody read = CachedBody.of(output.toByteArray());
		assertThat(read.toBytes()).isEqualTo(body.toBytes());
		assertThat(read.chunks()).allMatch((chunk) -> chunk.shared() && chunk.size() <= 32 * KILOBYTE);
		assertThat(read.length()).isEqualTo(size);
	}

	private static List<ReplyPart.Chunk> chunks(int count, int size) {
		Random random = new Random(size);
		return IntStream.range(0, count).mapToObj((i) -> {
			byte[] bytes = new byte[size];
			random.nextBytes(bytes);
			return new ReplyPart.Chunk(bytes, true);
		}).toList();
	}

	private static byte[] joined(List<ReplyPart.Chunk> chunks) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		chunks.forEach((chunk) -> bytes.writeBytes(chunk.bytes()));
		return bytes.toByteArray();
	}

}
