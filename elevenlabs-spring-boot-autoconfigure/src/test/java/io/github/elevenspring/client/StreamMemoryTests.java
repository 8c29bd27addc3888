package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pooled memory after long streams, cancelled streams and errors: what is not given back
 * would add up to far more than the bounds here.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StreamMemoryTests {

	private static final SpeechRequest REQUEST = SpeechRequest.of("Hi");

	private static final long MOST = 24L * 1024 * 1024;

	@Test
	void aLongStreamTakesNoMoreMemoryThanAShortOne() throws Exception {
		int blocks = 4000;
		byte[] block = new byte[64 * 1024];
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(head("audio/mpeg")).sendChunk("ID3");
			for (int i = 0; i < blocks; i++) {
				peer.sendChunk(block);
			}
			peer.endChunks();
		})) {
			long before = pooled();
			StepVerifier
				.create(Wire.to(server.uri())
					.template()
					.speech()
					.stream(REQUEST)
					.reduce(0L, (sum, chunk) -> sum + chunk.length))
				.expectNext(3L + blocks * (long) block.length)
				.expectComplete()
				.verify(Duration.ofSeconds(50));
			assertThat(pooled()).isPositive();
			assertThat(pooled() - before).isLessThan(MOST);
		}
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "STREAM", "STREAM_WITH_FUNCTION", "STREAM_WITH_TIMESTAMPS" })
	void streamsThatAreCancelledGiveTheirMemoryBack(Form form) throws Exception {
		byte[] block = form.isJson() ? Form.LINE.repeat(500).getBytes(StandardCharsets.UTF_8) : new byte[64 * 1024];
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(head(form.contentType())).sendChunk(form.beginning());
			while (!peer.isGone()) {
				peer.sendChunk(block);
			}
		})) {
			ElevenLabsTemplate template = Wire.to(server.uri()).template();
			long before = pooled();
			for (int i = 0; i < 300; i++) {
				assertThat(Outcome.of(form.call(template, REQUEST).take(1 + i % 5)).error()).isNull();
			}
			assertThat(server.isLeftAlone()).isTrue();
			assertThat(server.requests()).hasSize(300);
			assertThat(pooled()).isPositive();
			assertThat(pooled() - before).isLessThan(MOST);
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void errorsWithLargeBodiesGiveTheirMemoryBack(Form form) throws Exception {
		byte[] block = new byte[64 * 1024];
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(head("text/html").replace("200 OK", "500 No")).sendChunk("<html>");
			while (!peer.isGone()) {
				peer.sendChunk(block);
			}
		})) {
			ElevenLabsTemplate template = Wire.to(server.uri()).template();
			long before = pooled();
			for (int i = 0; i < 150; i++) {
				assertThat(Outcome.of(form.call(template, REQUEST)).failure()).hasMessageContaining("HTTP 500");
			}
			assertThat(server.isLeftAlone()).isTrue();
			assertThat(pooled()).isPositive();
			assertThat(pooled() - before).isLessThan(MOST);
		}
	}

	private static long pooled() {
		ByteBufAllocatorMetricProvider other = (ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT;
		return PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() + other.metric().usedDirectMemory();
	}

	private static String head(String contentType) {
		return "HTTP/1.1 200 OK\r\nContent-Type: " + contentType + "\r\nTransfer-Encoding: chunked\r\n\r\n";
	}

}
