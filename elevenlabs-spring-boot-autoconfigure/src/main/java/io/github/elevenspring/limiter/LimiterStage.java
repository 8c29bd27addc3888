package io.github.elevenspring.limiter;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.catalog.ModelCatalog;
import reactor.core.publisher.Flux;

/**
 * Lets a call go on when there is a slot for it, in the order of priority and fairness,
 * and holds the slot exactly as long as the request to ElevenLabs lives. Calls that take
 * no slot pass. Thread-safe; nothing blocks.
 *
 * @since 0.1.0
 */
public final class LimiterStage implements CallStage {

	private final ConcurrencyLimits limits;

	private final ModelCatalog models;

	/**
	 * Create a stage.
	 * @param limits the limits of all groups
	 * @param models tells the group of a model
	 */
	public LimiterStage(ConcurrencyLimits limits, ModelCatalog models) {
		this.limits = limits;
		this.models = models;
	}

	@Override
	public Flux<ReplyPart> handle(Call call, CallChain next) {
		ConcurrencyGroup group = ConcurrencyGroup.of(call, this.models);
		return (group == null) ? next.proceed(call)
				: new LimitedFlux(next.proceed(call), this.limits.limiter(group), call.options(), group.weight(call));
	}

}
