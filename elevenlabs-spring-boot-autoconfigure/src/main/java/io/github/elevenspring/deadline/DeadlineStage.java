package io.github.elevenspring.deadline;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.util.Assert;

/**
 * Bounds the time of each call, from here to its last byte: by the configured total, or
 * by the deadline of the call if that is shorter. A call that takes longer is cancelled,
 * and fails with kind {@link ErrorKind#TIMEOUT}. Thread-safe.
 *
 * @since 0.1.0
 */
public final class DeadlineStage implements CallStage {

	private final Duration total;

	private final Scheduler timer;

	/**
	 * Create a stage.
	 * @param total longest time a call may take
	 * @param timer measures the time
	 */
	public DeadlineStage(Duration total, Scheduler timer) {
		Assert.isTrue(total.compareTo(Duration.ZERO) > 0, "'total' must be positive");
		this.total = total;
		this.timer = timer;
	}

	@Override
	public Flux<ReplyPart> handle(Call call, CallChain next) {
		return Flux.deferContextual((context) -> {
			Duration limit = limitOf(call);
			CallProgress.of(context).endsAt(this.timer.now(TimeUnit.NANOSECONDS) + limit.toNanos());
			AtomicLong received = new AtomicLong();
			AtomicBoolean expired = new AtomicBoolean();
			Mono<Long> expiry = Mono.delay(limit, this.timer).doOnNext((tick) -> expired.set(true));
			// An expiry that failed would end the reply, but not what goes on for it.
			return next.proceed(call)
				.doOnNext((part) -> received.addAndGet(part.size()))
				.takeUntilOther(expiry)
				.concatWith(
						Flux.defer(() -> expired.get() ? Flux.error(tooLate(limit, received.get())) : Flux.empty()));
		});
	}

	private static ElevenLabsTransportException tooLate(Duration limit, long received) {
		return new ElevenLabsTransportException(ErrorKind.TIMEOUT,
				"The call did not end within " + limit
						+ ": raise elevenlabs.timeout.total or the deadline of the request, or shorten the text",
				null, received);
	}

	private Duration limitOf(Call call) {
		Duration deadline = call.options().deadline();
		return (deadline != null && deadline.compareTo(this.total) < 0) ? deadline : this.total;
	}

}
