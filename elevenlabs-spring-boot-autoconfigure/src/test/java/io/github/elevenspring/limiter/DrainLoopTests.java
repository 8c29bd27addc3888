package io.github.elevenspring.limiter;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class DrainLoopTests {

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final AtomicInteger runs = new AtomicInteger();

	@Test
	void whoeverComesMeanwhileIsServedByWhoIsAtIt() {
		DrainLoop[] loop = new DrainLoop[1];
		AtomicInteger depth = new AtomicInteger();
		loop[0] = new DrainLoop(() -> {
			assertThat(depth.incrementAndGet()).isOne();
			if (this.runs.incrementAndGet() < 10_000) {
				loop[0].run();
			}
			depth.decrementAndGet();
		}, this.time);
		loop[0].run();
		assertThat(this.runs).hasValue(10_000);
	}

	@Test
	void goesOnAfterASubscriberThrew() {
		DrainLoop loop = new DrainLoop(() -> {
			if (this.runs.incrementAndGet() == 1) {
				throw new IllegalStateException("a subscriber's");
			}
		}, this.time);
		assertThatIllegalStateException().isThrownBy(loop::run);
		this.time.advanceTime();
		assertThat(this.runs).hasValue(2);
		loop.run();
		assertThat(this.runs).hasValue(3);
	}

}
