package io.github.elevenspring.resilience;

import java.util.Locale;

import io.github.elevenspring.error.ErrorKind;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Counts retries by the kind of error they follow, as {@code elevenlabs.retries}, and
 * shows what is left of the budget.
 *
 * @since 0.1.0
 */
public final class RetryMetrics implements MeterBinder {

	private final RetryStage stage;

	/**
	 * Create a binder.
	 * @param stage the stage to watch, with its budget
	 */
	public RetryMetrics(RetryStage stage) {
		this.stage = stage;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		for (ErrorKind kind : ErrorKind.values()) {
			if (RetryRules.isOfTheService(kind)) {
				FunctionCounter.builder("elevenlabs.retries", this.stage, (stage) -> stage.retriesAfter(kind))
					.description("Further attempts of calls that failed")
					.tag("kind", kind.name().toLowerCase(Locale.ROOT))
					.register(registry);
			}
		}
		RetryBudget budget = this.stage.budget();
		Gauge.builder("elevenlabs.retry.budget.tokens", budget, RetryBudget::tokens)
			.description("Retries that the budget would allow now")
			.register(registry);
		FunctionCounter.builder("elevenlabs.retry.budget.refusals", budget, RetryBudget::refusals)
			.description("Retries that the budget did not allow")
			.register(registry);
	}

}
