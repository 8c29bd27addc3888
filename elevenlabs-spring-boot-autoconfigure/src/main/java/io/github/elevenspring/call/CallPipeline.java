package io.github.elevenspring.call;

import java.time.Duration;
import java.util.List;
import java.util.ListIterator;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.util.Assert;

/**
 * The line of stages a call passes, with the client at its end, and the one bound that
 * holds for all of it: the total time. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class CallPipeline {

	/**
	 * Order of the stage that refuses what makes no sense. First of all, so that nothing
	 * is counted, queued or sent for it.
	 */
	public static final int ORDER_OF_VALIDATION = 0;

	/**
	 * Order of the stage that observes. What comes later is part of the observed time.
	 */
	public static final int ORDER_OF_OBSERVATION = 1000;

	private final CallChain line;

	private final Duration total;

	private final Scheduler timer;

	/**
	 * Create a pipeline.
	 * @param stages the stages in the order a call passes them
	 * @param client the end of the line
	 * @param total longest time a call may take, from subscription to its last byte
	 * @param timer measures the time
	 */
	public CallPipeline(List<CallStage> stages, CallChain client, Duration total, Scheduler timer) {
		Assert.isTrue(total.compareTo(Duration.ZERO) > 0, "'total' must be positive");
		CallChain line = client;
		ListIterator<CallStage> backwards = stages.listIterator(stages.size());
		while (backwards.hasPrevious()) {
			CallStage stage = backwards.previous();
			CallChain next = line;
			line = (call) -> stage.handle(call, next);
		}
		this.line = line;
		this.total = total;
		this.timer = timer;
	}

	/**
	 * Make a call. Nothing happens before subscription; each subscription is a call of
	 * its own. It ends within the total timeout, or the deadline of the call if that is
	 * shorter, by an error of kind {@link ErrorKind#TIMEOUT} if need be. Cancelling ends
	 * all work for the call.
	 * @param call the call
	 * @return the head and then the chunks of the reply, or an
	 * {@link io.github.elevenspring.error.ElevenLabsException}
	 */
	public Flux<ReplyPart> execute(Call call) {
		return Flux.defer(() -> {
			Duration limit = limitOf(call);
			AtomicLong received = new AtomicLong();
			AtomicBoolean expired = new AtomicBoolean();
			Mono<Long> expiry = Mono.delay(limit, this.timer).doOnNext((tick) -> expired.set(true));
			// An expiry that failed would end the reply, but not what goes on for it.
			return this.line.proceed(call)
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
