package io.github.elevenspring.eventloop;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Runs in each module, so that none of them is left unwatched.
 */
class EventLoopWatchTests {

	@Test
	void sleepOnTheParallelSchedulerFailsTheRun() {
		failsTheRun(Schedulers.parallel()::schedule);
	}

	@Test
	void sleepOnASingleThreadFailsTheRun() {
		Scheduler single = Schedulers.newSingle("event-loop-watch");
		try {
			failsTheRun(single::schedule);
		}
		finally {
			single.dispose();
		}
	}

	@Test
	void sleepOnAnEventLoopOfNettyFailsTheRun() {
		LoopResources loops = LoopResources.create("event-loop-watch");
		try {
			failsTheRun(loops.onServer(true).next());
		}
		finally {
			loops.disposeLater(Duration.ZERO, Duration.ofSeconds(2)).block(Duration.ofSeconds(10));
		}
	}

	@Test
	void sleepOnAThreadThatMayBlockIsFine() {
		assertThat(sleepOn(Schedulers.boundedElastic()::schedule)).isNull();
	}

	private void failsTheRun(Executor eventLoop) {
		Throwable error = sleepOn(eventLoop);
		assertThat(error).isInstanceOf(BlockingOperationError.class);
		assertThatThrownBy(EventLoopWatch::requireNone).hasMessageContaining("java.lang.Thread.sleep")
			.hasMessageContaining(getClass().getName());
		assertThat(EventLoopWatch.forgive(error)).isTrue();
	}

	private Throwable sleepOn(Executor executor) {
		CompletableFuture<Throwable> swallowed = new CompletableFuture<>();
		executor.execute(() -> {
			try {
				// the blocking call that the watch must see
				Thread.sleep(1);
				swallowed.complete(null);
			}
			catch (Throwable error) {
				swallowed.complete(error);
			}
		});
		return swallowed.orTimeout(10, TimeUnit.SECONDS).join();
	}

}
