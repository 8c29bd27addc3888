package io.github.elevenspring.deadline;

import java.time.Duration;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ErrorKind;
import reactor.core.publisher.Flux;
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
		return next.proceed(call, (actual) -> new DeadlineOperator(actual, limitOf(call), this.timer));
	}

	private Duration limitOf(Call call) {
		Duration deadline = call.options().deadline();
		return (deadline != null && deadline.compareTo(this.total) < 0) ? deadline : this.total;
	}

}
