package io.github.elevenspring.cache;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Priority;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.cache.concurrent.ConcurrentMapCache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Many threads that join, read and leave at once.
 */
class FlightRaceTests {

	private static final int THREADS = 8;

	private static final int PARTS = 20;

	private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

	private final AtomicInteger sent = new AtomicInteger();

	private final AtomicInteger running = new AtomicInteger();

	private final AtomicInteger mostRunning = new AtomicInteger();

	private final ConcurrentMapCache map = new ConcurrentMapCache("speech");

	private final SpeechCache cache = new SpeechCache(List.of(CacheTier.inMemory(this.map)),
			new CacheSettings(Duration.ofDays(1), Duration.ZERO, 1024 * 1024), () -> "scope", UnaryOperator.identity(),
			Clock.systemUTC());

	private final CacheStage stage = new CacheStage(this.cache, Schedulers.parallel());

	/**
	 * Sends after a moment in the queue, and answers from another thread.
	 */
	private final CallChain service = (call) -> Flux.deferContextual((context) -> {
		CallProgress progress = CallProgress.of(context);
		return Mono.delay(Duration.ofNanos(20_000), Schedulers.parallel()).flatMapMany((tick) -> {
			if (!progress.countAttempt()) {
				return Flux.never();
			}
			this.sent.incrementAndGet();
			this.mostRunning.accumulateAndGet(this.running.incrementAndGet(), Math::max);
			return Flux.<ReplyPart>just(FakeService.head())
				.concatWith(Flux.range(0, PARTS).map((i) -> new ReplyPart.Chunk(new byte[] { i.byteValue() })))
				.publishOn(Schedulers.parallel(), 2)
				.doFinally((signal) -> this.running.decrementAndGet());
		});
	});

	@AfterEach
	void stop() {
		this.threads.shutdownNow();
	}

	@RepeatedTest(20)
	void equalCallsOnManyThreadsMakeOne() throws Exception {
		CyclicBarrier start = new CyclicBarrier(THREADS);
		ConcurrentLinkedQueue<Caller> callers = new ConcurrentLinkedQueue<>();
		onAllThreads((thread) -> {
			start.await();
			for (int i = 0; i < 125; i++) {
				callers.add(Caller.of(this.stage.handle(FakeService.call("Hello"), this.service)));
			}
		});
		await().atMost(Duration.ofSeconds(20)).until(() -> callers.stream().allMatch(Caller::isEnded));
		assertThat(callers).hasSize(1000).allSatisfy(FlightRaceTests::sawAll);
		assertThat(this.sent).hasValue(1);
		assertThat(callers.stream().mapToLong((caller) -> caller.head.metadata().billedCredits()).sum())
			.isEqualTo(FakeService.COST);
	}

	@Test
	void nobodyIsLostWhereManyJoinReadAndLeave() throws Exception {
		ConcurrentLinkedQueue<Caller> stayed = new ConcurrentLinkedQueue<>();
		onAllThreads((thread) -> {
			Random random = new Random(thread);
			for (int i = 0; i < 3000; i++) {
				Priority priority = Priority.values()[random.nextInt(3)];
				CallOptions options = CallOptions.defaults().withPriority(priority);
				if (random.nextInt(10) == 0) {
					this.map.clear();
				}
				int fate = random.nextInt(4);
				Caller caller = Caller.of(
						this.stage.handle(FakeService.call("Text " + random.nextInt(3), options), this.service),
						(fate == 0) ? 1 : Long.MAX_VALUE);
				if (fate == 1) {
					caller.cancel();
					continue;
				}
				stayed.add(caller);
				if (fate == 0) {
					for (int part = 0; part <= PARTS; part++) {
						caller.request(1);
					}
				}
				if (i % 50 == 0) {
					await().atMost(Duration.ofSeconds(20)).until(caller::isEnded);
				}
			}
		});
		await().atMost(Duration.ofSeconds(30)).until(() -> stayed.stream().allMatch(Caller::isEnded));
		assertThat(stayed).allSatisfy(FlightRaceTests::sawAll);
		await().untilAsserted(() -> assertThat(this.running).hasValue(0));
		assertThat(this.stage).extracting("flights.byKey")
			.asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
			.isEmpty();
	}

	@RepeatedTest(200)
	void moreUrgentCallNeverMakesASecondRequest() throws Exception {
		Caller patient = Caller.of(this.stage
			.handle(FakeService.call("Hello", CallOptions.defaults().withPriority(Priority.BATCH)), this.service));
		Caller urgent = Caller.of(this.stage.handle(
				FakeService.call("Hello", CallOptions.defaults().withPriority(Priority.INTERACTIVE)), this.service));
		await().pollInterval(Duration.ofMillis(1)).until(() -> patient.isEnded() && urgent.isEnded());
		assertThat(this.sent).hasValue(1);
		sawAll(patient);
		sawAll(urgent);
	}

	private static void sawAll(Caller caller) {
		byte[] all = new byte[PARTS];
		for (int i = 0; i < PARTS; i++) {
			all[i] = (byte) i;
		}
		assertThat(caller.error).isNull();
		assertThat(caller.fault).isNull();
		assertThat(caller.received()).isEqualTo(all);
	}

	private void onAllThreads(Task task) throws Exception {
		List<Future<?>> done = new ArrayList<>();
		for (int i = 0; i < THREADS; i++) {
			int thread = i;
			done.add(this.threads.submit(() -> {
				task.run(thread);
				return null;
			}));
		}
		for (Future<?> future : done) {
			future.get(60, TimeUnit.SECONDS);
		}
	}

	interface Task {

		void run(int thread) throws Exception;

	}

}
