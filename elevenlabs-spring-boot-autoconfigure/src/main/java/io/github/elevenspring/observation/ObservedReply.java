package io.github.elevenspring.observation;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.observation.ElevenLabsObservationContext.Outcome;
import io.micrometer.observation.Observation;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.CoreSubscriber;

/**
 * Stops the observation of a call before the caller hears of the end, so that it finds
 * what was measured. What an application hangs on its observations cannot fail a call.
 */
final class ObservedReply extends ReplyOperator {

	private static final Log logger = LogFactory.getLog(ObservationStage.class);

	private static final AtomicIntegerFieldUpdater<ObservedReply> STOPPED = AtomicIntegerFieldUpdater
		.newUpdater(ObservedReply.class, "stopped");

	private final Observation observation;

	private final ElevenLabsObservationContext context;

	private volatile int stopped;

	ObservedReply(CoreSubscriber<? super ReplyPart> actual, Observation observation,
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
		stop(Outcome.ERROR, () -> this.observation.error(error));
		super.onError(error);
	}

	@Override
	public void onComplete() {
		stop(Outcome.SUCCESS, () -> {
		});
		super.onComplete();
	}

	@Override
	public void cancel() {
		stop(Outcome.CANCELLED, () -> {
		});
		super.cancel();
	}

	private void stop(Outcome outcome, Runnable before) {
		if (STOPPED.compareAndSet(this, 0, 1)) {
			this.context.setOutcome(outcome);
			try {
				before.run();
				this.observation.stop();
			}
			catch (RuntimeException ex) {
				logger.warn("A handler or a convention of observations failed", ex);
			}
		}
	}

}
