package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsApiException.Answer;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.limiter.ConcurrencyLimiter.CallEnd;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Priority;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * Model checking of the limiter and its permits: Lincheck runs each scenario under very
 * many interleavings of its threads. The number is {@code -Dlimiter.interleavings=…} for
 * each scenario.
 */
class LimiterModelTests {

	private static final int INTERLEAVINGS = Integer.getInteger("limiter.interleavings", 20);

	private static final ElevenLabsApiException TOO_MANY = new ElevenLabsApiException(ErrorKind.CONCURRENCY,
			"Too many.", Answer.of(429), null);

	@Test
	void aPermitThatComesFreeReachesWhoeverWaits() {
		check(() -> {
			World world = new World(1);
			Asker first = world.asker();
			Asker second = world.asker();
			Asker third = world.asker();
			run(first::enterAndRelease, second::enterAndRelease, third::enterAndRelease);
			world.isAtRest();
			world.require(first.grants == 1 && second.grants == 1 && third.grants == 1, "each has a permit once");
		});
	}

	@Test
	void whoLeavesTheQueueLosesNoPermit() {
		check(() -> {
			World world = new World(1);
			Asker holder = world.asker();
			Asker leaver = world.asker();
			Asker other = world.asker();
			world.limiter.enter(holder);
			world.limiter.enter(leaver);
			run(() -> world.limiter.release(holder, CallEnd.SERVED), leaver::leave, other::enterAndRelease);
			if (leaver.grants == 1) {
				world.limiter.release(leaver, CallEnd.UNCLEAR);
			}
			world.isAtRest();
			world.require(other.grants == 1, "the other has a permit");
		});
	}

	@Test
	void aHeavyCallGetsAllSlots() {
		check(() -> {
			World world = new World(2);
			Asker heavy = world.asker(2);
			Asker first = world.asker();
			Asker second = world.asker();
			run(heavy::enterAndRelease, first::enterAndRelease, second::enterAndRelease);
			world.isAtRest();
			world.require(heavy.grants == 1 && first.grants == 1 && second.grants == 1, "each has a permit once");
		});
	}

	@Test
	void aRaisedLimitWakesWhoeverWaits() {
		check(() -> {
			World world = new World(1);
			Asker holder = world.asker();
			Asker waiter = world.asker();
			world.limiter.enter(holder);
			run(() -> world.limiter.enter(waiter), () -> world.limiter.limit(2));
			world.require(waiter.grants == 1, "the waiter has its permit");
			world.limiter.release(holder, CallEnd.SERVED);
			world.limiter.release(waiter, CallEnd.SERVED);
			world.isAtRest();
		});
	}

	@Test
	void nobodySlipsInBehindTheLastRefusalOfAShutdown() {
		check(() -> {
			World world = new World(1);
			Asker holder = world.asker();
			Asker waiter = world.asker();
			world.limiter.enter(holder);
			run(() -> world.limiter.enter(waiter), () -> {
				world.limiter.close();
				world.limiter.refuseWaiting();
			}, () -> world.limiter.refusedByService(holder, 0));
			world.timer.fire();
			world.require(waiter.grants + waiter.refusals == 1, "the waiter got one answer");
			world.require(holder.grants - 1 + holder.refusals == 1, "the holder got one more answer");
			for (Asker asker : List.of(waiter, holder)) {
				if (asker.refusals == 0) {
					world.limiter.release(asker, CallEnd.SERVED);
				}
			}
			world.isAtRest();
		});
	}

	@Test
	void cancelAndGrantAndCompletionGiveThePermitBackOnce() {
		check(() -> {
			World world = new World(1);
			Asker holder = world.asker();
			world.limiter.enter(holder);
			Caller caller = new Caller();
			Source source = new Source();
			new LimitedFlux(source, world.limiter, CallOptions.defaults(), 1).subscribe(caller);
			run(() -> world.limiter.release(holder, CallEnd.SERVED), caller::cancel);
			world.require(source.running.get() == 0, "the request was cancelled");
			world.isAtRest();
		});
	}

	@Test
	void aReplyEndsOnceWhoeverIsFirst() {
		check(() -> {
			World world = new World(1);
			Caller caller = new Caller();
			Source source = new Source();
			new LimitedFlux(source, world.limiter, CallOptions.defaults(), 1).subscribe(caller);
			Asker next = world.asker();
			run(caller::cancel, source::complete, next::enterAndRelease);
			world.require(caller.terminals.get() <= 1, "one terminal signal at most");
			world.require(next.grants == 1, "the next has its permit");
			world.isAtRest();
		});
	}

	@Test
	void aCallThatGoesBackCanLeaveAtAnyMoment() {
		check(() -> {
			World world = new World(1);
			Caller caller = new Caller();
			Source source = new Source();
			new LimitedFlux(source, world.limiter, CallOptions.defaults(), 1).subscribe(caller);
			run(() -> source.fail(TOO_MANY), caller::cancel, world.timer::fire);
			world.timer.fire();
			world.require(source.running.get() == 0, "no request goes on");
			world.require(caller.terminals.get() <= 1, "one terminal signal at most");
			world.isAtRest();
		});
	}

	@Test
	void demandIsNeitherLostNorDoubled() {
		check(() -> {
			World world = new World(1);
			Asker holder = world.asker();
			world.limiter.enter(holder);
			Caller caller = new Caller();
			Source source = new Source();
			new LimitedFlux(source, world.limiter, CallOptions.defaults(), 1).subscribe(caller);
			run(() -> caller.request(1), () -> caller.request(2), () -> world.limiter.release(holder, CallEnd.SERVED));
			world.require(source.requested.get() == 3, "three parts were requested, not " + source.requested);
			source.complete();
			world.isAtRest();
		});
	}

	@Test
	void aDeadlineAndAGrantAtTheSameMomentEndInOneOfThem() {
		check(() -> {
			World world = new World(1);
			Asker holder = world.asker();
			world.limiter.enter(holder);
			Caller caller = new Caller();
			Source source = new Source();
			new LimitedFlux(source, world.limiter, CallOptions.defaults(), 1).subscribe(caller);
			run(() -> world.limiter.release(holder, CallEnd.SERVED), world.timer::fire, caller::cancel);
			world.require(caller.terminals.get() <= 1, "one terminal signal at most");
			world.require(source.running.get() == 0, "no request goes on");
			world.isAtRest();
		});
	}

	private static void check(Runnable scenario) {
		Lincheck.runConcurrentTest(INTERLEAVINGS, scenario);
	}

	private static void run(Runnable... tasks) {
		List<Thread> threads = new ArrayList<>();
		for (Runnable task : tasks) {
			Thread thread = new Thread(task);
			threads.add(thread);
			thread.start();
		}
		for (Thread thread : threads) {
			try {
				thread.join();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

	private static final class World {

		final HandTimer timer = new HandTimer();

		final LocalConcurrencyLimiter limiter;

		final int limit;

		final AtomicInteger held = new AtomicInteger();

		World(int limit) {
			this.limit = limit;
			LimiterSettings settings = new LimiterSettings(0, false, 10, Duration.ofSeconds(30), Duration.ofSeconds(30),
					Map.of(Priority.BATCH, 0.1), null);
			this.limiter = new LocalConcurrencyLimiter("TEST", new AdaptiveLimit(limit, true, 0), settings, this.timer);
		}

		Asker asker() {
			return asker(1);
		}

		Asker asker(int weight) {
			return new Asker(this, weight);
		}

		void require(boolean condition, String what) {
			if (!condition) {
				throw new AssertionError("Not true that " + what);
			}
		}

		void isAtRest() {
			LimiterSnapshot snapshot = this.limiter.snapshot();
			require(snapshot.inFlight() == 0 && snapshot.waiting() == 0 && snapshot.tenants() == 0,
					"nothing is left: " + snapshot);
		}

	}

	private static final class Asker extends TestWaiter {

		private final World world;

		int refusals;

		private boolean releases;

		Asker(World world, int weight) {
			super(Priority.NORMAL, "", weight);
			this.world = world;
		}

		void enterAndRelease() {
			this.releases = true;
			this.world.limiter.enter(this);
		}

		void leave() {
			this.world.limiter.leave(this);
		}

		@Override
		boolean granted() {
			this.grants++;
			if (this.releases) {
				int held = this.world.held.addAndGet(this.weight);
				this.world.require(held <= this.world.limit, "the limit holds");
				this.world.held.addAndGet(-this.weight);
				this.world.limiter.release(this, CallEnd.SERVED);
			}
			return true;
		}

		@Override
		void refused(ElevenLabsException refusal) {
			this.refusals++;
		}

	}

	/**
	 * A timer that runs what is due, and all is due, when it is told to.
	 */
	private static final class HandTimer implements Scheduler {

		private final List<Task> tasks = new ArrayList<>();

		private long now = 1;

		@Override
		public synchronized long now(TimeUnit unit) {
			return this.now;
		}

		@Override
		public Disposable schedule(Runnable task) {
			return schedule(task, 0, TimeUnit.NANOSECONDS);
		}

		@Override
		public synchronized Disposable schedule(Runnable task, long delay, TimeUnit unit) {
			Task scheduled = new Task(task, Disposables.single());
			this.tasks.add(scheduled);
			return scheduled.disposed;
		}

		void fire() {
			List<Task> due;
			synchronized (this) {
				this.now += TimeUnit.MINUTES.toNanos(1);
				due = new ArrayList<>(this.tasks);
				this.tasks.clear();
			}
			for (Task task : due) {
				if (!task.disposed.isDisposed()) {
					task.task.run();
				}
			}
		}

		@Override
		public Worker createWorker() {
			throw new UnsupportedOperationException();
		}

		private record Task(Runnable task, Disposable disposed) {

		}

	}

	private static final class Caller implements CoreSubscriber<ReplyPart> {

		private volatile Subscription subscription;

		final AtomicInteger terminals = new AtomicInteger();

		@Override
		public void onSubscribe(Subscription subscription) {
			this.subscription = subscription;
		}

		void request(long n) {
			this.subscription.request(n);
		}

		void cancel() {
			this.subscription.cancel();
		}

		@Override
		public void onNext(ReplyPart part) {
		}

		@Override
		public void onError(Throwable error) {
			this.terminals.incrementAndGet();
		}

		@Override
		public void onComplete() {
			this.terminals.incrementAndGet();
		}

	}

	/**
	 * A reply that ends when it is told to.
	 */
	private static final class Source extends Flux<ReplyPart> {

		final AtomicInteger running = new AtomicInteger();

		final AtomicInteger requested = new AtomicInteger();

		private volatile CoreSubscriber<? super ReplyPart> actual;

		@Override
		public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
			this.running.incrementAndGet();
			this.actual = actual;
			actual.onSubscribe(new Subscription() {

				@Override
				public void request(long n) {
					Source.this.requested.addAndGet((int) n);
				}

				@Override
				public void cancel() {
					Source.this.running.set(0);
				}

			});
		}

		void complete() {
			this.running.set(0);
			this.actual.onComplete();
		}

		void fail(Throwable error) {
			this.running.set(0);
			this.actual.onError(error);
		}

	}

}
