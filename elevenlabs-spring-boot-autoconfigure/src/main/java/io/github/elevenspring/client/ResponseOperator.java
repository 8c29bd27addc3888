package io.github.elevenspring.client;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Function;

import io.github.elevenspring.call.ReplyPart;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;

/**
 * Makes a reply out of the buffers of a response, which are copied and released as they
 * come. The head waits for the first bytes that are an answer, and is passed on together
 * with them; a response that turns out to be none is read as an error. One operator for
 * all of that, as each part of each reply passes it.
 */
final class ResponseOperator implements CoreSubscriber<DataBuffer>, Subscription {

	/**
	 * As much of a body that is an error as is worth reading. A failed validation repeats
	 * its input, and that may be the longest text of a model.
	 */
	private static final int MAX_ERROR_BODY_SIZE = 256 * 1024;

	/**
	 * How long the rest of a body that is an error is worth waiting for.
	 */
	private static final Duration ERROR_BODY_TIMEOUT = Duration.ofSeconds(2);

	/**
	 * Stands for demand that is passed on as it comes.
	 */
	private static final long THROUGH = -1;

	private static final AtomicLongFieldUpdater<ResponseOperator> REQUESTED = AtomicLongFieldUpdater
		.newUpdater(ResponseOperator.class, "requested");

	private static final AtomicIntegerFieldUpdater<ResponseOperator> WORK = AtomicIntegerFieldUpdater
		.newUpdater(ResponseOperator.class, "work");

	private static final AtomicIntegerFieldUpdater<ResponseOperator> DONE = AtomicIntegerFieldUpdater
		.newUpdater(ResponseOperator.class, "done");

	private final CoreSubscriber<? super ReplyPart> actual;

	private final Context context;

	private final ReplyPart.Head head;

	private final BodyBeginning beginning;

	/**
	 * Tells others that the call is known to fail, though its error is still read.
	 */
	private final AtomicBoolean failing;

	private final Function<byte[], ? extends Throwable> error;

	private final Scheduler timer;

	/**
	 * What was asked for until the first chunk is through, then {@link #THROUGH}.
	 */
	private volatile long requested;

	private volatile int work;

	/**
	 * Whether it is decided that this is an answer. Belongs to the signals of the
	 * response.
	 */
	private boolean begun;

	/**
	 * What waits for somebody who asks for it: the head, the first chunk, the end.
	 */
	private volatile boolean headHeld;

	private volatile ReplyPart.@Nullable Chunk held;

	private volatile boolean ended;

	/**
	 * What ended the reply, written before that it has ended.
	 */
	private @Nullable Throwable endedBy;

	/**
	 * The body of an error as far as it came, {@code null} unless it is one. Its bytes
	 * are guarded by this.
	 */
	private volatile @Nullable ByteArrayOutputStream errorBody;

	/**
	 * Not zero once nobody is to hear of an error any more.
	 */
	private volatile int done;

	private final Disposable.Swap errorBodyTimeout = Disposables.swap();

	private Subscription upstream = Operators.emptySubscription();

	private ResponseOperator(CoreSubscriber<? super ReplyPart> actual, ReplyPart.Head head, BodyBeginning beginning,
			AtomicBoolean failing, Function<byte[], ? extends Throwable> error, Scheduler timer) {
		this.actual = actual;
		this.context = Operators.enableOnDiscard(actual.currentContext(), ResponseOperator::release);
		this.head = head;
		this.beginning = beginning;
		this.failing = failing;
		this.error = error;
		this.timer = timer;
	}

	/**
	 * Make a reply out of the body of a response.
	 * @param body the body
	 * @param head head of the reply, if it is one
	 * @param beginning tells that from the first bytes
	 * @param failing tells others that the response is no answer
	 * @param error makes the error of such a response out of the beginning of its body
	 * @param timer measures how long the rest of such a response is waited for
	 */
	static Flux<ReplyPart> read(Flux<DataBuffer> body, ReplyPart.Head head, BodyBeginning beginning,
			AtomicBoolean failing, Function<byte[], ? extends Throwable> error, Scheduler timer) {
		return new Flux<>() {

			@Override
			public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
				body.subscribe(new ResponseOperator(actual, head, beginning, failing, error, timer));
			}

		};
	}

	@Override
	public Context currentContext() {
		return this.context;
	}

	@Override
	public void onSubscribe(Subscription upstream) {
		this.upstream = upstream;
		boolean failed = this.beginning.isNoAnswer();
		if (failed) {
			this.errorBody = new ByteArrayOutputStream();
		}
		this.actual.onSubscribe(this);
		if (failed) {
			readRestOfError();
		}
	}

	@Override
	public void onNext(DataBuffer buffer) {
		ReplyPart.Chunk chunk = copyAndRelease(buffer);
		if (this.errorBody != null) {
			addToError(chunk);
		}
		else if (this.begun && chunk.size() > 0) {
			this.actual.onNext(chunk);
		}
		else {
			ReplyPart.Chunk first = (chunk.size() > 0) ? this.beginning.accept(chunk) : null;
			if (first == null) {
				this.upstream.request(1);
			}
			else {
				begin(first);
			}
		}
	}

	private void begin(ReplyPart.@Nullable Chunk first) {
		if (this.beginning.isAnswer()) {
			this.begun = true;
			// In this order, as whoever drains looks at the chunk before the head
			this.headHeld = true;
			this.held = first;
			drain();
		}
		else {
			readError(first);
		}
	}

	@Override
	public void onComplete() {
		if (!this.begun && this.errorBody == null) {
			begin(this.beginning.rest());
		}
		end(null);
	}

	@Override
	public void onError(Throwable error) {
		end(error);
	}

	private void end(@Nullable Throwable error) {
		if (this.errorBody != null) {
			// Whatever happens to its body, the status is known and must not be lost
			fail();
		}
		else {
			this.endedBy = error;
			this.ended = true;
			drain();
		}
	}

	@Override
	public void request(long n) {
		if (Operators.validate(n)) {
			long before = REQUESTED.getAndAccumulate(this, n,
					(asked, more) -> (asked != THROUGH) ? Operators.addCap(asked, more) : THROUGH);
			if (before == THROUGH) {
				this.upstream.request(n);
			}
			else {
				if (before == 0) {
					this.upstream.request(1);
				}
				drain();
			}
		}
	}

	/**
	 * Pass on what is held as far as it is asked for.
	 */
	private void drain() {
		if (WORK.getAndIncrement(this) == 0) {
			int missed = 1;
			do {
				boolean ended = this.ended;
				ReplyPart.Chunk held = this.held;
				if (this.headHeld && this.requested > 0) {
					this.headHeld = false;
					this.actual.onNext(this.head);
				}
				if (held != null && this.requested > 1) {
					this.held = null;
					this.actual.onNext(held);
					askForTheRest();
				}
				if (ended && !this.headHeld && this.held == null) {
					passEndOn();
					return;
				}
				missed = WORK.addAndGet(this, -missed);
			}
			while (missed != 0);
		}
	}

	/**
	 * Ask for what was asked for beyond head and first chunk. Not before that chunk was
	 * taken, since the next one may come on another thread at once.
	 */
	private void askForTheRest() {
		long asked = REQUESTED.getAndSet(this, THROUGH);
		if (asked == Long.MAX_VALUE) {
			this.upstream.request(Long.MAX_VALUE);
		}
		else if (asked > 2) {
			this.upstream.request(asked - 2);
		}
	}

	private void passEndOn() {
		Throwable error = this.endedBy;
		if (error != null) {
			this.actual.onError(error);
		}
		else {
			this.actual.onComplete();
		}
	}

	private void readError(ReplyPart.@Nullable Chunk first) {
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		if (first != null) {
			body.writeBytes(first.bytes());
		}
		this.errorBody = body;
		readRestOfError();
	}

	private void readRestOfError() {
		this.failing.set(true);
		try {
			this.errorBodyTimeout
				.update(this.timer.schedule(this::giveUp, ERROR_BODY_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS));
			this.upstream.request(Long.MAX_VALUE);
		}
		catch (RejectedExecutionException ex) {
			giveUp();
		}
	}

	private void addToError(ReplyPart.Chunk chunk) {
		ByteArrayOutputStream body = Objects.requireNonNull(this.errorBody);
		// Guarded, since the timer may end the reply meanwhile
		boolean enough;
		synchronized (this) {
			body.writeBytes(chunk.bytes());
			enough = body.size() >= MAX_ERROR_BODY_SIZE;
		}
		if (enough) {
			this.upstream.cancel();
			fail();
		}
	}

	private void giveUp() {
		// whoever hears of it must not interrupt this thread
		this.errorBodyTimeout.replace(null);
		this.upstream.cancel();
		fail();
	}

	private void fail() {
		if (DONE.compareAndSet(this, 0, 1)) {
			this.errorBodyTimeout.dispose();
			byte[] body;
			synchronized (this) {
				body = Objects.requireNonNull(this.errorBody).toByteArray();
			}
			Throwable error;
			try {
				error = this.error.apply(body);
			}
			catch (Throwable ex) {
				Exceptions.throwIfJvmFatal(ex);
				error = ex;
			}
			this.actual.onError(error);
		}
	}

	@Override
	public void cancel() {
		this.done = 1;
		this.errorBodyTimeout.dispose();
		this.upstream.cancel();
	}

	private static ReplyPart.Chunk copyAndRelease(DataBuffer buffer) {
		try {
			byte[] bytes = new byte[buffer.readableByteCount()];
			buffer.read(bytes);
			return new ReplyPart.Chunk(bytes);
		}
		finally {
			DataBufferUtils.release(buffer);
		}
	}

	private static void release(Object discarded) {
		if (discarded instanceof DataBuffer buffer) {
			DataBufferUtils.release(buffer);
		}
	}

}
