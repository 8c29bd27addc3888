package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsApiException.Details;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.limiter.ConcurrencyLimiter.CallEnd;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Priority;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * Model checking of the limiter and its permits: Lincheck runs each scenario under
 * several interleavings of its threads: {@code -Delevenlabs.test.limiter-interleavings=…}
 * for more of each scenario.
 */
class LimiterModelTests {

	private static final int INTERLEAVINGS = Integer.getInteger("elevenlabs.test.limiter-interleavings", 8);

	private static final ElevenLabsApiException TOO_MANY = new ElevenLabsApiException(ErrorKind.CONCURRENCY,
			"Too many.", new Details(429, null, null, null, null, 0));

	@Test
	void aPermitThatComesFreeReachesWhoeverWaits() {
		check(1, (world) -> passTogether(world, 1, 1, 1));
	}

	@Test
	void whoLeavesTheQueueLosesNoPermit() {
		check(1, (world) -> {
			Asker holder = world.holder();
			Asker leaver = world.holder();
			Asker other = world.asker(1);
			run(holder::release, () -> world.limiter.leave(leaver), other::pass);
			if (leaver.grants == 1) {
				leaver.release();
			}
			other.hasPassed();
		});
	}

	@Test
	void aHeavyCallGetsAllSlots() {
		check(2, (world) -> passTogether(world, 2, 1, 1));
	}

	@Test
	void aRaisedLimitWakesWhoeverWaits() {
		check(1, (world) -> {
			Asker holder = world.holder();
			Asker waiter = world.asker(1);
			run(waiter::pass, () -> world.limiter.limit(2));
			waiter.hasPassed();
			holder.release();
		});
	}

	@Test
	void nobodySlipsInBehindTheLastRefusalOfAShutdown() {
		check(1, (world) -> {
			Asker holder = world.holder();
			Asker waiter = world.asker(1);
			run(() -> world.limiter.enter(waiter), () -> {
				world.limiter.close();
				world.limiter.refuseWaiting();
			}, () -> world.limiter.refusedByService(holder, 0));
			world.timer.fire();
			require(waiter.grants + waiter.refusals == 1, "the waiter got one answer");
			require(holder.grants - 1 + holder.refusals == 1, "the holder got one more answer");
			Stream.of(waiter, holder).filter((asker) -> asker.refusals == 0).forEach(Asker::release);
		});
	}

	@Test
	void cancelAndGrantAndCompletionGiveThePermitBackOnce() {
		check(1, (world) -> {
			Asker holder = world.holder();
			Call call = world.call();
			run(holder::release, call::cancel);
		});
	}

	@Test
	void aReplyEndsOnceWhoeverIsFirst() {
		check(1, (world) -> {
			Call call = world.call();
			Asker next = world.asker(1);
			run(call::cancel, call::complete, next::pass);
			next.hasPassed();
		});
	}

	@Test
	void aCallThatGoesBackCanLeaveAtAnyMoment() {
		check(1, (world) -> {
			Call call = world.call();
			run(() -> call.fail(TOO_MANY), call::cancel, world.timer::fire);
			world.timer.fire();
		});
	}

	@Test
	void demandIsNeitherLostNorDoubled() {
		check(1, (world) -> {
			Asker holder = world.holder();
			Call call = world.call();
			run(() -> call.request(1), () -> call.request(2), holder::release);
			require(call.requested.get() == 3, "three parts were requested, not " + call.requested);
			call.complete();
		});
	}

	@Test
	void aDeadlineAndAGrantAtTheSameMomentEndInOneOfThem() {
		check(1, (world) -> {
			Asker holder = world.holder();
			Call call = world.call();
			run(holder::release, world.timer::fire, call::cancel);
		});
	}

	private static void passTogether(World world, int first, int second, int third) {
		List<Asker> askers = List.of(world.asker(first), world.asker(second), world.asker(third));
		run(askers.get(0)::pass, askers.get(1)::pass, askers.get(2)::pass);
		askers.forEach(Asker::hasPassed);
	}

	/**
	 * Check that each run of a scenario leaves nothing behind.
	 */
	private static void check(int limit, Consumer<World> scenario) {
		Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
			World world = new World(limit);
			scenario.accept(world);
			world.isAtRest();
		});
	}

	/**
	 * Run tasks at the same time. Without streams, since Lincheck loses track of the
	 * threads in them.
	 */
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

	private static void require(boolean condition, String what) {
		if (!condition) {
			throw new AssertionError("Not true that " + what);
		}
	}

	private static final class World {

		final HandTimer timer = new HandTimer();

		final LocalConcurrencyLimiter limiter;

		private final int limit;

		private final AtomicInteger held = new AtomicInteger();

		private final List<Call> calls = new ArrayList<>();

		World(int limit) {
			this.limit = limit;
			LimiterSettings settings = new LimiterSettings(0, false, 10, Duration.ofSeconds(30), Duration.ofSeconds(30),
					Map.of(Priority.BATCH, 0.1), null);
			this.limiter = new LocalConcurrencyLimiter("TEST", new AdaptiveLimit(limit, true, 0), settings, this.timer);
		}

		Asker asker(int weight) {
			return new Asker(this, weight);
		}

		/**
		 * Return one that holds a permit, or waits for it if there is none.
		 */
		Asker holder() {
			Asker holder = asker(1);
			this.limiter.enter(holder);
			return holder;
		}

		Call call() {
			Call call = new Call();
			this.calls.add(call);
			new LimitedFlux(call, this.limiter, CallOptions.defaults(), 1).subscribe((CoreSubscriber<ReplyPart>) call);
			return call;
		}

		void isAtRest() {
			LimiterSnapshot snapshot = this.limiter.snapshot();
			require(snapshot.inFlight() == 0 && snapshot.waiting() == 0 && snapshot.tenants() == 0,
					"nothing is left: " + snapshot);
			require(this.timer.scheduled() == 0, "nothing is scheduled");
			for (Call call : this.calls) {
				require(call.running.get() == 0, "no request goes on");
				require(call.ends.get() <= 1, "a call ends once");
			}
		}

	}

	private static final class Asker extends TestWaiter {

		private final World world;

		int refusals;

		private boolean passes;

		Asker(World world, int weight) {
			super(Priority.NORMAL, "", weight);
			this.world = world;
		}

		/**
		 * Ask for a permit, and give it back as soon as it comes.
		 */
		void pass() {
			this.passes = true;
			this.world.limiter.enter(this);
		}

		void hasPassed() {
			require(this.grants == 1, "each has a permit once");
		}

		void release() {
			this.world.limiter.release(this, CallEnd.SERVED);
		}

		@Override
		boolean granted() {
			this.grants++;
			if (this.passes) {
				int held = this.world.held.addAndGet(this.weight);
				require(held <= this.world.limit, "the limit holds");
				this.world.held.addAndGet(-this.weight);
				release();
			}
			return true;
		}

		@Override
		void refused(ElevenLabsException refusal) {
			this.refusals++;
		}

	}

	/**
	 * Both ends of a call: its reply, which ends when it is told to, and the subscriber.
	 */
	private static final class Call extends Flux<ReplyPart> implements CoreSubscriber<ReplyPart> {

		final AtomicInteger running = new AtomicInteger();

		final AtomicInteger requested = new AtomicInteger();

		final AtomicInteger ends = new AtomicInteger();

		private volatile CoreSubscriber<? super ReplyPart> reply;

		private volatile Subscription subscription;

		@Override
		public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
			this.running.incrementAndGet();
			this.reply = actual;
			actual.onSubscribe(new Subscription() {

				@Override
				public void request(long n) {
					Call.this.requested.addAndGet((int) n);
				}

				@Override
				public void cancel() {
					Call.this.running.set(0);
				}

			});
		}

		void complete() {
			this.running.set(0);
			this.reply.onComplete();
		}

		void fail(Throwable error) {
			this.running.set(0);
			this.reply.onError(error);
		}

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
			this.ends.incrementAndGet();
		}

		@Override
		public void onComplete() {
			this.ends.incrementAndGet();
		}

	}

}
