package io.github.elevenspring.observation;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;

/**
 * Observes each call, from here to its last byte, error or cancellation. Requests made
 * for the call become children of the observation. A handler of observations that throws
 * does not fail a call. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ObservationStage implements CallStage {

	private static final Log logger = LogFactory.getLog(ObservationStage.class);

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
			quietly(observation::start);
			return next.proceed(call, (actual) -> new ObservationOperator(actual, observation, context))
				.contextWrite((inner) -> inner.put(ObservationThreadLocalAccessor.KEY, observation));
		});
	}

	/**
	 * Do what an application may have hung something on, which must not fail a call.
	 */
	static void quietly(Runnable step) {
		try {
			step.run();
		}
		catch (Throwable ex) {
			Exceptions.throwIfJvmFatal(ex);
			logger.warn("A handler or a convention of observations failed", ex);
		}
	}

}
