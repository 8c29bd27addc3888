package io.github.elevenspring.observation;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.observation.ElevenLabsObservationContext.Outcome;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;

/**
 * Stops the observation of a call before the caller hears of the end, so that it finds
 * what was measured.
 */
final class ObservationOperator extends ReplyOperator {

	private static final AtomicIntegerFieldUpdater<ObservationOperator> STOPPED = AtomicIntegerFieldUpdater
		.newUpdater(ObservationOperator.class, "stopped");

	private final Observation observation;

	private final ElevenLabsObservationContext context;

	private volatile int stopped;

	ObservationOperator(CoreSubscriber<? super ReplyPart> actual, Observation observation,
			ElevenLabsObservationContext context) {
		super(actual);
		this.observation = observation;
		this.context = context;
	}

	@Override
	public void onNext(ReplyPart part) {
		if (part instanceof ReplyPart.Head head) {
			this.context.setReply(head.metadata());
		}
		super.onNext(part);
	}

	@Override
	public void onError(Throwable error) {
		stop(Outcome.ERROR, error);
		super.onError(error);
	}

	@Override
	public void onComplete() {
		stop(Outcome.SUCCESS, null);
		super.onComplete();
	}

	@Override
	public void cancel() {
		stop(Outcome.CANCELLED, null);
		super.cancel();
	}

	private void stop(Outcome outcome, @Nullable Throwable error) {
		if (STOPPED.compareAndSet(this, 0, 1)) {
			this.context.setOutcome(outcome);
			if (error != null) {
				ObservationStage.quietly(() -> this.observation.error(error));
			}
			ObservationStage.quietly(this.observation::stop);
		}
	}

}
