package io.github.elevenspring.leak;

import io.netty.buffer.PooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests of {@link LeakWatch}.
 */
class LeakWatchTests {

	private final LeakWatch watch = new LeakWatch();

	@BeforeEach
	void begin() {
		this.watch.begin();
	}

	@AfterEach
	void end() {
		this.watch.end();
	}

	@Test
	void findsABufferThatNobodyReleased() {
		PooledByteBufAllocator.DEFAULT.buffer(64);
		await().untilAsserted(() -> assertThatThrownBy(this.watch::requireNone).hasMessageContaining("LEAK"));
	}

	@Test
	void findsNothingInBuffersThatWereReleased() {
		PooledByteBufAllocator.DEFAULT.buffer(64).release();
		this.watch.requireNone();
	}

}
