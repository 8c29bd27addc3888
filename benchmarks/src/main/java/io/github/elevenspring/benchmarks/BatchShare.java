package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.limiter.LimiterSettings;
import io.github.elevenspring.limiter.LimiterStage;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.catalog.ModelCatalog;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * How much calls nobody waits for get in each window of time, wherever it begins, while
 * urgent calls never end. Measures one window longer than asked.
 */
final class BatchShare implements Scenario {

	private static final int SLOTS = 10;

	private static final Duration SERVICE_TIME = Duration.ofMillis(75);

	/**
	 * Callers of each kind: four times as many as slots.
	 */
	private static final int CALLERS = 40;

	private final Duration window;

	BatchShare(Duration window) {
		this.window = window;
	}

	@Override
	public List<Figure> run(Duration length) {
		List<Grant> grants = Collections.synchronizedList(new ArrayList<>());
		LimiterStage limiter = new LimiterStage(Calls.limits(SLOTS, 500, Duration.ofSeconds(30)), new ModelCatalog());
		try (Service service = new Service(SLOTS, SERVICE_TIME)) {
			CallChain client = service.client();
			CallStage noted = (call, next) -> limiter.handle(call, (granted) -> Flux.defer(() -> {
				grants.add(new Grant(System.nanoTime(), granted.options().priority() == Priority.BATCH));
				return next.proceed(granted);
			}));
			Load load = new Load(noted, client);
			Disposable urgent = load.keep(CALLERS, Calls.of(Priority.INTERACTIVE, "tenant"));
			Disposable batch = load.keep(CALLERS, Calls.of(Priority.BATCH, "tenant"));
			load.goOn(Duration.ofMillis(500));
			service.begin();
			long start = System.nanoTime();
			Duration measured = this.window.plus(length);
			load.goOn(measured);
			long end = System.nanoTime();
			Service.Usage usage = service.usage();
			urgent.dispose();
			batch.dispose();
			List<Grant> seen = grants.stream().filter((grant) -> grant.at() >= start && grant.at() < end).toList();
			double guaranteed = LimiterSettings.defaults().guaranteedShares().getOrDefault(Priority.BATCH, 0.0);
			return List.of(
					Figure.of("windows of " + this.window.toMillis() / 1000.0 + " s within",
							measured.toMillis() / 1000.0 + " s"),
					Figure.of("share of batch calls, all the time", Figure.percent(share(seen, start, end))),
					new Figure("share of batch calls, worst window",
							Figure.percent(worst(seen, start, end, this.window.toNanos())),
							">= " + Figure.percent(guaranteed)),
					Figure.of("slot time used", Figure.percent(usage.slotTime())),
					Figure.of("refused with 429", Long.toString(usage.refused())));
		}
	}

	private static double worst(List<Grant> grants, long start, long end, long window) {
		double worst = 1;
		for (long from = start; from + window <= end; from += window / 60) {
			worst = Math.min(worst, share(grants, from, from + window));
		}
		return worst;
	}

	private static double share(List<Grant> grants, long from, long to) {
		List<Grant> inside = grants.stream().filter((grant) -> grant.at() >= from && grant.at() < to).toList();
		return (double) inside.stream().filter(Grant::batch).count() / Math.max(1, inside.size());
	}

	/**
	 * A call that got its slot.
	 *
	 * @param at when
	 * @param batch whether nobody waits for it
	 */
	private record Grant(long at, boolean batch) {

	}

}
