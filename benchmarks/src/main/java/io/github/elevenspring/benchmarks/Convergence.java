package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.limiter.ConcurrencyGroup;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.LimiterSettings;
import io.github.elevenspring.limiter.LimiterSnapshot;
import io.github.elevenspring.limiter.LimiterStage;
import io.github.elevenspring.limiter.Plan;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.catalog.ModelCatalog;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/**
 * After how many answers the limit is what the service really allows, and how steady it
 * is from then on. Answers to requests that came before the change do not count. Callers
 * never stop calling meanwhile.
 */
final class Convergence implements Scenario {

	private static final Duration SERVICE_TIME = Duration.ofMillis(75);

	private static final int CALLERS = 40;

	private static final String MOST_ANSWERS = "<= 20";

	@Override
	public List<Figure> run(Duration length) {
		Duration step = length.dividedBy(4);
		List<Figure> figures = new ArrayList<>();
		try (Service service = new Service(20, SERVICE_TIME)) {
			service.change(20, 8, false);
			Watch watch = new Watch(service, Plan.AUTO);
			watch.expect(figures, "headers say 20, others use 8, began at 2", 12, step);
			service.change(20, 0, false);
			watch.expect(figures, "others leave", 20, step);
			service.change(20, 15, false);
			watch.expect(figures, "others use 15", 5, step);
			watch.stop();
		}
		try (Service service = new Service(6, SERVICE_TIME)) {
			service.change(6, 0, true);
			Watch watch = new Watch(service, Plan.PRO);
			watch.expect(figures, "no headers, plan of 10, service takes 6", 6, step);
			watch.stop();
		}
		return figures;
	}

	/**
	 * Notes the limit after each answer.
	 */
	private static final class Watch {

		private final Service service;

		private final Load load;

		private final Disposable callers;

		private final List<Integer> limits = new CopyOnWriteArrayList<>();

		Watch(Service service, Plan plan) {
			this.service = service;
			ConcurrencyLimits limits = new ConcurrencyLimits(plan, Map.of(), LimiterSettings.defaults(),
					Schedulers.parallel());
			CallChain client = service.client();
			CallChain noted = (call) -> client.proceed(call)
				.doFinally((signal) -> this.limits.add(limitOf(limits.snapshot())));
			this.load = new Load(new LimiterStage(limits, new ModelCatalog()), noted);
			this.callers = this.load.keep(CALLERS, Calls.of(Priority.NORMAL, "tenant"));
		}

		private static int limitOf(Map<ConcurrencyGroup, LimiterSnapshot> snapshots) {
			LimiterSnapshot snapshot = snapshots.get(ConcurrencyGroup.STANDARD);
			return (snapshot != null) ? snapshot.limit() : 0;
		}

		void expect(List<Figure> figures, String what, int limit, Duration step) {
			this.limits.clear();
			int before = this.service.begin();
			this.load.goOn(step);
			List<Integer> seen = List.copyOf(this.limits);
			int reached = seen.indexOf(limit);
			List<Integer> steady = (reached < 0) ? List.of() : seen.subList(reached, seen.size());
			int lowest = steady.stream().mapToInt(Integer::intValue).min().orElse(0);
			int highest = steady.stream().mapToInt(Integer::intValue).max().orElse(0);
			figures.add(new Figure(what + ": answers until " + limit,
					(reached < 0) ? "never, last " + seen.stream().reduce((first, last) -> last).orElse(0)
							: Integer.toString(Math.max(1, reached + 1 - before)),
					MOST_ANSWERS));
			figures.add(new Figure(what + ": limit from then on", lowest + " to " + highest, "swing <= 1"));
			figures.add(Figure.of(what + ": refused of all",
					this.service.usage().refused() + " of " + (this.service.usage().refused() + seen.size())));
		}

		void stop() {
			this.callers.dispose();
		}

	}

}
