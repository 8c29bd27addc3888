package io.github.elevenspring.observation;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.observation.ElevenLabsObservationContext.Outcome;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import reactor.core.publisher.Flux;

/**
 * Observes each call, from here to its last byte, error or cancellation. Requests made
 * for the call become children of the observation. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ObservationStage implements CallStage {

	private final ObservationRegistry registry;

	private final ElevenLabsObservationConvention convention;

	/**
	 * Create a stage.
	 * @param registry where observations go
	 * @param convention names them
	 */
	public ObservationStage(ObservationRegistry registry, ElevenLabsObservationConvention convention) {
		this.registry = registry;
		this.convention = convention;
	}

	@Override
	public Flux<ReplyPart> handle(Call call, CallChain next) {
		if (this.registry.isNoop()) {
			return next.proceed(call);
		}
		return Flux.deferContextual((view) -> {
			ElevenLabsObservationContext context = new ElevenLabsObservationContext(call);
			Observation observation = Observation.createNotStarted(this.convention, () -> context, this.registry);
			observation.parentObservation(view.getOrDefault(ObservationThreadLocalAccessor.KEY, null));
			observation.start();
			AtomicBoolean stopped = new AtomicBoolean();
			Consumer<Outcome> stop = (outcome) -> {
				if (stopped.compareAndSet(false, true)) {
					context.setOutcome(outcome);
					observation.stop();
				}
			};
			// Stopped before the caller hears of the end, so that it finds what was
			// measured
			return next.proceed(call).doOnNext((part) -> {
				if (part instanceof ReplyPart.Head head) {
					context.setReply(head.metadata());
				}
			}).doOnComplete(() -> stop.accept(Outcome.SUCCESS)).doOnError((error) -> {
				observation.error(error);
				stop.accept(Outcome.ERROR);
			})
				.doOnCancel(() -> stop.accept(Outcome.CANCELLED))
				.contextWrite((inner) -> inner.put(ObservationThreadLocalAccessor.KEY, observation));
		});
	}

}
