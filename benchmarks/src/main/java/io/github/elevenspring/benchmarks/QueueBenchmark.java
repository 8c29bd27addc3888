package io.github.elevenspring.benchmarks;

import java.time.Duration;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.limiter.LimiterStage;
import io.github.elevenspring.limiter.QueuePosition;
import io.github.elevenspring.limiter.QueueTicket;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.catalog.ModelCatalog;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * What it costs to wait, while many others do: the one slot is taken, and the queue keeps
 * its length. None of the peers has a queue that parks no thread. One thread only.
 */
@Fork(value = 3, jvmArgsAppend = "-Xmx2g")
public class QueueBenchmark extends LatencyBenchmark {

	/**
	 * How many calls wait.
	 */
	@Param({ "100", "10000", "100000" })
	public int waiting = 100;

	/**
	 * On behalf of how many tenants.
	 */
	@Param("20")
	public int tenants = 20;

	private final HeldReply reply = new HeldReply();

	private final CallChain service = (call) -> this.reply;

	private Call[] calls = {};

	private int next;

	private @Nullable CallStage limiter;

	private @Nullable QueueTicket newest;

	/**
	 * Fill the queue.
	 */
	@Setup(Level.Trial)
	public void fill() {
		Priority[] priorities = Priority.values();
		this.calls = new Call[this.tenants * priorities.length];
		for (int i = 0; i < this.calls.length; i++) {
			this.calls[i] = Calls.of(priorities[i % priorities.length], "tenant-" + i / priorities.length);
		}
		this.limiter = new LimiterStage(Calls.limits(1, this.waiting + 2, Duration.ofDays(365)), new ModelCatalog());
		for (int i = 0; i < this.waiting; i++) {
			call();
		}
		Call last = this.calls[this.next];
		Draining subscriber = new Draining();
		stage().handle(last, this.service)
			.contextWrite(QueueTicket.listener((ticket) -> this.newest = ticket))
			.subscribe(subscriber);
	}

	/**
	 * Let all go.
	 */
	@TearDown(Level.Trial)
	public void empty() {
		while (this.reply.end()) {
			this.next++;
		}
	}

	/**
	 * Join the queue, and leave it.
	 */
	@Benchmark
	public void enqueueAndCancel() {
		call().cancel();
	}

	/**
	 * Join the queue, and let the call that has the slot end, so that the one whose turn
	 * it is gets it.
	 */
	@Benchmark
	public void enqueueAndGrant() {
		this.reply.end();
		call();
	}

	/**
	 * Ask where the newest call stands.
	 * @return its place
	 */
	@Benchmark
	public @Nullable QueuePosition position() {
		QueueTicket newest = this.newest;
		return (newest != null) ? newest.position() : null;
	}

	private Draining call() {
		Draining subscriber = new Draining();
		this.next = (this.next + 1) % this.calls.length;
		stage().handle(this.calls[this.next], this.service).subscribe(subscriber);
		subscriber.served();
		return subscriber;
	}

	private CallStage stage() {
		CallStage limiter = this.limiter;
		if (limiter == null) {
			throw new IllegalStateException("Not filled yet");
		}
		return limiter;
	}

	/**
	 * Goes on until it is told to end; there is one at a time.
	 */
	private static final class HeldReply extends Flux<ReplyPart> implements Subscription {

		private @Nullable CoreSubscriber<? super ReplyPart> running;

		@Override
		public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
			this.running = actual;
			actual.onSubscribe(this);
		}

		boolean end() {
			CoreSubscriber<? super ReplyPart> ended = this.running;
			this.running = null;
			if (ended != null) {
				ended.onComplete();
			}
			return ended != null;
		}

		@Override
		public void request(long n) {
		}

		@Override
		public void cancel() {
		}

	}

}
