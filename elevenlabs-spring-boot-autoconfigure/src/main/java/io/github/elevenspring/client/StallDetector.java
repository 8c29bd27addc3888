package io.github.elevenspring.client;

import java.net.URI;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.BooleanSupplier;

import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

import org.springframework.http.HttpMethod;

/**
 * Ends a reply whose next part does not come in time, and counts the bytes that came.
 * Unlike Reactor's {@code timeout}, it lets the clock stand still while the subscriber
 * has not asked for anything, and it does not schedule a task for each part: one task
 * looks after the reply and moves on to the next possible end.
 */
final class StallDetector extends ReplyOperator {

	private static final int WAITING = 0;

	private static final int EMITTING = 1;

	private static final int ENDED = 2;

	/**
	 * How long a service must have been silent for that to be its fault, and not that of
	 * a short deadline: a long text takes the slower models seconds.
	 */
	private static final Duration FAIR_WAIT = Duration.ofSeconds(5);

	private static final AtomicIntegerFieldUpdater<StallDetector> STATE = AtomicIntegerFieldUpdater
		.newUpdater(StallDetector.class, "state");

	private static final AtomicLongFieldUpdater<StallDetector> REQUESTED = AtomicLongFieldUpdater
		.newUpdater(StallDetector.class, "requested");

	private final CallProgress progress;

	private final Timeouts timeouts;

	private final Scheduler timer;

	private final HttpMethod method;

	private final URI uri;

	/**
	 * Whether the end is decided already, and bounded elsewhere: an error status whose
	 * body is late stays that error.
	 */
	private final BooleanSupplier decided;

	private final Disposable.Swap task = Disposables.swap();

	private volatile int state;

	private volatile long requested;

	/**
	 * When the wait began that now goes on, in nanoseconds of the timer.
	 */
	private volatile long waitingSince;

	private volatile boolean answered;

	private volatile long bytes;

	private long subscribedAt;

	/**
	 * Create a detector for a subscription.
	 * @param actual receives the reply
	 * @param timeouts how long to wait for a part
	 * @param timer measures the time
	 * @param method method of the request
	 * @param uri what is requested
	 * @param decided tells that the reply is known to fail and will do so in bounded time
	 */
	StallDetector(CoreSubscriber<? super ReplyPart> actual, Timeouts timeouts, Scheduler timer, HttpMethod method,
			URI uri, BooleanSupplier decided) {
		super(actual);
		this.progress = CallProgress.of(currentContext());
		this.timeouts = timeouts;
		this.timer = timer;
		this.method = method;
		this.uri = uri;
		this.decided = decided;
	}

	@Override
	public void onSubscribe(Subscription upstream) {
		this.subscribedAt = now();
		this.waitingSince = this.subscribedAt;
		super.onSubscribe(upstream);
		boolean answered = this.answered;
		lookAgainIn(answered ? this.timeouts.idle() : firstByte(), answered);
	}

	@Override
	public void request(long n) {
		if (Operators.validate(n)) {
			if (this.requested == 0) {
				this.waitingSince = now();
			}
			Operators.addCap(REQUESTED, this, n);
			super.request(n);
		}
	}

	@Override
	public void onNext(ReplyPart part) {
		if (!STATE.compareAndSet(this, WAITING, EMITTING)) {
			Operators.onNextDropped(part, currentContext());
			return;
		}
		boolean first = false;
		if (part.size() > 0) {
			first = !this.answered;
			this.answered = true;
			this.bytes = this.bytes + part.size();
		}
		Operators.produced(REQUESTED, this, 1);
		super.onNext(part);
		this.waitingSince = now();
		STATE.compareAndSet(this, EMITTING, WAITING);
		if (first && this.timeouts.idle().compareTo(this.timeouts.firstByte()) < 0) {
			// Else the task that is there looks early enough.
			lookAgainIn(this.timeouts.idle());
		}
	}

	@Override
	public void onError(Throwable error) {
		if (end()) {
			super.onError(TransportErrors.map(error, this.method, this.uri, this.bytes));
		}
		else {
			Operators.onErrorDropped(error, currentContext());
		}
	}

	@Override
	public void onComplete() {
		if (end()) {
			super.onComplete();
		}
	}

	@Override
	public void cancel() {
		end();
		super.cancel();
	}

	private boolean end() {
		this.task.dispose();
		return STATE.getAndSet(this, ENDED) != ENDED;
	}

	private void look() {
		boolean answered = this.answered;
		lookAgainIn(look(answered ? this.timeouts.idle() : firstByte()), answered);
	}

	/**
	 * Look again, at the latest when the limit ends that holds since the first byte.
	 * @param answered whether the first byte had come when the delay was chosen
	 */
	private void lookAgainIn(Duration delay, boolean answered) {
		lookAgainIn(delay);
		if (this.answered != answered) {
			// The first byte came meanwhile, and its task may be the one just replaced.
			lookAgainIn(this.timeouts.idle());
		}
	}

	/**
	 * End the reply if it is late, or return when to look again.
	 */
	private Duration look(Duration limit) {
		if (this.requested == 0 || this.state == EMITTING || this.decided.getAsBoolean()) {
			return limit;
		}
		long left = limit.toNanos() - (now() - this.waitingSince);
		if (left > 0) {
			return Duration.ofNanos(left);
		}
		// who ends the reply, or hears of its end, must not interrupt this thread
		this.task.replace(null);
		if (STATE.compareAndSet(this, WAITING, ENDED)) {
			super.cancel();
			super.onError(stalled(limit));
		}
		return limit;
	}

	/**
	 * Return how long the first byte may take. A call that must end earlier fails a
	 * little before: if it were cancelled, nobody would learn that the service is silent,
	 * and no fallback would have the time to speak.
	 */
	private Duration firstByte() {
		Duration limit = this.timeouts.firstByte();
		Duration share = Duration.ofNanos(this.progress.remaining(this.subscribedAt) / 10 * 9);
		return (share.compareTo(limit) < 0) ? share : limit;
	}

	private void lookAgainIn(Duration delay) {
		if (this.state != ENDED) {
			this.task.update(this.timer.schedule(this::look, delay.toNanos(), TimeUnit.NANOSECONDS));
		}
	}

	private ElevenLabsException stalled(Duration limit) {
		long received = this.bytes;
		if (received > 0) {
			return new ElevenLabsTransportException(ErrorKind.TIMEOUT, this.uri.getAuthority() + " stopped sending for "
					+ limit + " after " + received
					+ " bytes: what arrived is not the whole; raise elevenlabs.timeout.idle, or try again later", null,
					received);
		}
		boolean cutByDeadline = limit.compareTo(this.timeouts.firstByte()) < 0;
		String message = this.uri.getAuthority() + " sent nothing within " + limit.truncatedTo(ChronoUnit.MILLIS)
				+ ": raise "
				+ (cutByDeadline ? "the deadline of the request, or elevenlabs.timeout.total if it has none"
						: "elevenlabs.timeout.first-byte")
				+ ", or try again later; the call may have been billed";
		return (cutByDeadline && limit.compareTo(FAIR_WAIT) < 0)
				? ElevenLabsTransportException.deadlineTooShort(message)
				: new ElevenLabsTransportException(ErrorKind.TIMEOUT, message, null, 0);
	}

	private long now() {
		return this.timer.now(TimeUnit.NANOSECONDS);
	}

}
