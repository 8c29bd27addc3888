package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsApiException.Details;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Priority;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Very many calls over several threads, which end in all ways a call can end. The long
 * form: {@code -Delevenlabs.test.limiter-calls=1000000}.
 */
class LimiterRaceTests {

	private static final int CALLS = Integer.getInteger("elevenlabs.test.limiter-calls", 200_000);

	private static final int CALLERS = 4;

	private static final int LIMIT = 10;

	private static final ElevenLabsApiException TOO_MANY = new ElevenLabsApiException(ErrorKind.CONCURRENCY,
			"Too many.", new Details(429, null, null, null, null, 0));

	private static final ElevenLabsApiException FAILURE = new ElevenLabsApiException(ErrorKind.SERVER, "Failed.",
			new Details(500, null, null, null, null, 0));

	private final Scheduler timerThread = Schedulers.newSingle("limiter-test-timer");

	private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);

	private final Scheduler serviceThreads = Schedulers.newParallel("limiter-test-service", 3);

	private final LimiterSettings settings = new LimiterSettings(0, true, 2000, Duration.ofSeconds(30),
			Duration.ofSeconds(30), Map.of(Priority.NORMAL, 0.2, Priority.BATCH, 0.1), null);

	private final LocalConcurrencyLimiter limiter = new LocalConcurrencyLimiter("TEST",
			new AdaptiveLimit(LIMIT, true, 0), this.settings, new FastTimer(this.timerThread));

	private final AtomicInteger inService = new AtomicInteger();

	private final AtomicInteger mostInService = new AtomicInteger();

	private final Semaphore open = new Semaphore(1500);

	private final Map<String, LongAdder> ends = new ConcurrentHashMap<>();

	@AfterEach
	void stop() {
		this.callers.shutdownNow();
		this.serviceThreads.dispose();
		this.timerThread.dispose();
	}

	@Test
	void allCallsEndOnceAndNothingIsLeftBehind() throws Exception {
		List<List<Caller>> calls = new ArrayList<>();
		for (int i = 0; i < CALLERS; i++) {
			List<Caller> own = new ArrayList<>();
			calls.add(own);
			this.callers.execute(() -> makeCalls(own));
		}
		this.callers.shutdown();
		assertThat(this.callers.awaitTermination(10, TimeUnit.MINUTES)).isTrue();
		boolean allEnded = this.open.tryAcquire(1500, 60, TimeUnit.SECONDS);
		assertThat(allEnded).as("all calls ended: %s, %s", this.ends, this.limiter.snapshot()).isTrue();
		this.serviceThreads.disposeGracefully().block(Duration.ofSeconds(60));
		LimiterSnapshot end = this.limiter.snapshot();
		assertThat(end.inFlight()).isZero();
		assertThat(end.waiting()).isZero();
		assertThat(end.tenants()).isZero();
		assertThat(this.inService).hasValue(0);
		assertThat(this.mostInService.get()).isBetween(1, LIMIT);
		assertThat(calls.stream().mapToInt(List::size).sum()).isEqualTo(CALLS);
		assertThat(calls).allSatisfy((own) -> assertThat(own).allSatisfy(Caller::check));
		assertThat(this.ends.keySet()).contains("COMPLETE", "SERVER", "CANCELLED", "QUEUE_TIMEOUT");
	}

	private void makeCalls(List<Caller> own) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		Priority[] priorities = Priority.values();
		for (int i = 0; i < CALLS / CALLERS; i++) {
			this.open.acquireUninterruptibly();
			Duration deadline = (random.nextInt(4) == 0) ? Duration.ofMillis(random.nextInt(1, 2000)) : null;
			CallOptions options = CallOptions.defaults()
				.withPriority(priorities[random.nextInt(priorities.length)])
				.withTenant("tenant" + random.nextInt(20))
				.withDeadline(deadline);
			int weight = (random.nextInt(10) == 0) ? 4 : 1;
			Caller caller = new Caller(random.nextInt(8));
			own.add(caller);
			new LimitedFlux(new Service(weight), this.limiter, options, weight).subscribe(caller);
			caller.perhapsCancel();
		}
	}

	/**
	 * A subscriber that counts its signals, and leaves at a random moment if at all.
	 */
	private final class Caller extends BaseSubscriber<ReplyPart> {

		private final int plan;

		private final AtomicBoolean ended = new AtomicBoolean();

		private final AtomicInteger terminals = new AtomicInteger();

		private final AtomicBoolean left = new AtomicBoolean();

		Caller(int plan) {
			this.plan = plan;
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			if (this.plan == 0) {
				leave();
			}
			else if (this.plan == 1) {
				request(1);
			}
			else {
				requestUnbounded();
			}
		}

		@Override
		protected void hookOnNext(ReplyPart part) {
			if (this.plan == 1) {
				request(1);
			}
			else if (this.plan == 2) {
				leave();
			}
		}

		void perhapsCancel() {
			if (this.plan == 3) {
				LimiterRaceTests.this.serviceThreads.schedule(this::leave);
			}
		}

		private void leave() {
			this.left.set(true);
			cancel();
			end("CANCELLED");
		}

		@Override
		protected void hookOnComplete() {
			this.terminals.incrementAndGet();
			end("COMPLETE");
		}

		@Override
		protected void hookOnError(Throwable error) {
			this.terminals.incrementAndGet();
			end((error instanceof ElevenLabsException ex) ? ex.getKind().name() : error.toString());
		}

		@Override
		protected void hookFinally(SignalType type) {
		}

		private void end(String how) {
			if (this.ended.compareAndSet(false, true)) {
				LimiterRaceTests.this.ends.computeIfAbsent(how, (key) -> new LongAdder()).increment();
				LimiterRaceTests.this.open.release();
			}
		}

		void check() {
			assertThat(this.ended).isTrue();
			assertThat(this.terminals.get()).isBetween(this.left.get() ? 0 : 1, 1);
		}

	}

	/**
	 * The service as the limiter sees it: each subscription is a request in flight until
	 * it ends or is cancelled.
	 */
	private final class Service extends Flux<ReplyPart> {

		private final int weight;

		Service(int weight) {
			this.weight = weight;
		}

		@Override
		public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
			int held = Math.min(this.weight, LIMIT);
			int now = LimiterRaceTests.this.inService.addAndGet(held);
			LimiterRaceTests.this.mostInService.accumulateAndGet(now, Math::max);
			ThreadLocalRandom random = ThreadLocalRandom.current();
			Exchange exchange = new Exchange(actual, held, random.nextInt(100));
			actual.onSubscribe(exchange);
			if (random.nextInt(3) == 0) {
				exchange.answer();
			}
			else {
				LimiterRaceTests.this.serviceThreads.schedule(exchange::answer);
			}
		}

	}

	private final class Exchange implements Subscription {

		private final CoreSubscriber<? super ReplyPart> actual;

		private final int held;

		private final int plan;

		private final AtomicBoolean over = new AtomicBoolean();

		Exchange(CoreSubscriber<? super ReplyPart> actual, int held, int plan) {
			this.actual = actual;
			this.held = held;
			this.plan = plan;
		}

		void answer() {
			if (this.plan < 2) {
				if (end()) {
					this.actual.onError(TOO_MANY);
				}
			}
			else if (this.plan < 20) {
				if (end()) {
					this.actual.onError(FAILURE);
				}
			}
			else {
				if (!this.over.get()) {
					this.actual.onNext(new ReplyPart.Chunk(new byte[1]));
				}
				if (end()) {
					this.actual.onComplete();
				}
			}
		}

		private boolean end() {
			boolean first = this.over.compareAndSet(false, true);
			if (first) {
				LimiterRaceTests.this.inService.addAndGet(-this.held);
			}
			return first;
		}

		@Override
		public void request(long n) {
		}

		@Override
		public void cancel() {
			end();
		}

	}

}
