package io.github.elevenspring.leak;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fails a test after which Netty finds a buffer that nobody released.
 */
public final class LeakWatch implements BeforeEachCallback, AfterEachCallback {

	private final Logger detector = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);

	private final ListAppender<ILoggingEvent> reports = new ListAppender<>();

	@Override
	public void beforeEach(ExtensionContext context) {
		begin();
	}

	@Override
	public void afterEach(ExtensionContext context) {
		try {
			requireNone();
		}
		finally {
			end();
		}
	}

	void begin() {
		assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
		this.reports.start();
		this.detector.addAppender(this.reports);
	}

	void requireNone() {
		provokeReports();
		assertThat(this.detector.isAttached(this.reports)).as("still sees the reports").isTrue();
		assertThat(this.reports.list).isEmpty();
	}

	void end() {
		this.detector.detachAppender(this.reports);
		this.reports.list.clear();
	}

	/**
	 * Netty reports a leak when the garbage collector has found it and another buffer is
	 * made.
	 */
	private static void provokeReports() {
		for (int i = 0; i < 5; i++) {
			System.gc();
			for (int j = 0; j < 200; j++) {
				PooledByteBufAllocator.DEFAULT.buffer(64).release();
			}
		}
	}

}
