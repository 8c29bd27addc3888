package io.github.elevenspring.resilience;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.resilience4j.retry.Retry;
import io.micrometer.core.instrument.Counter;
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

	private final Retry retry;

	private final RetryBudget budget;

	/**
	 * Create a binder.
	 * @param retry tells of each retry
	 * @param budget the budget to watch
	 */
	public RetryMetrics(Retry retry, RetryBudget budget) {
		this.retry = retry;
		this.budget = budget;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		Map<ErrorKind, Counter> retries = new EnumMap<>(ErrorKind.class);
		for (ErrorKind kind : ErrorKind.values()) {
			if (RetryRules.isOfTheService(kind)) {
				retries.put(kind,
						Counter.builder("elevenlabs.retries")
							.description("Further attempts of calls that failed")
							.tag("kind", kind.name().toLowerCase(Locale.ROOT))
							.register(registry));
			}
		}
		this.retry.getEventPublisher().onRetry((event) -> {
			Counter counter = (event.getLastThrowable() instanceof ElevenLabsException error)
					? retries.get(error.getKind()) : null;
			if (counter != null) {
				counter.increment();
			}
		});
		Gauge.builder("elevenlabs.retry.budget.tokens", this.budget, RetryBudget::tokens)
			.description("Retries that the budget would allow now")
			.register(registry);
		FunctionCounter.builder("elevenlabs.retry.budget.refusals", this.budget, RetryBudget::refusals)
			.description("Retries that the budget did not allow")
			.register(registry);
	}

}
