package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.limiter.LimiterStage;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.reactor.bulkhead.operator.BulkheadOperator;

/**
 * How much of ten slots is used while five times as many calls come as they can serve,
 * and while as many come as they can serve, but fifty at once.
 */
final class Goodput implements Scenario {

	private static final int SLOTS = 10;

	private static final Duration SERVICE_TIME = Duration.ofMillis(75);

	private static final double CAPACITY = SLOTS / (SERVICE_TIME.toNanos() / 1e9);

	private static final int BURST = 50;

	@Override
	public List<Figure> run(Duration length) {
		List<Figure> figures = new ArrayList<>();
		for (boolean bursts : new boolean[] { false, true }) {
			String load = bursts ? "bursts of 50, capacity on average" : "5x overload";
			measure(figures, "limiter stage, " + load, limiter(), bursts, length, !bursts);
			measure(figures, "Resilience4j operator, " + load, bulkhead(), bursts, length, false);
			measure(figures, "nothing in front, " + load, (call, next) -> next.proceed(call), bursts, length, false);
		}
		return figures;
	}

	private static CallStage limiter() {
		return new LimiterStage(Calls.limits(SLOTS, 500, Duration.ofSeconds(30)), new ModelCatalog());
	}

	private static CallStage bulkhead() {
		Bulkhead bulkhead = Bulkhead.of("bulkhead",
				BulkheadConfig.custom().maxConcurrentCalls(SLOTS).maxWaitDuration(Duration.ZERO).build());
		return (call, next) -> next.proceed(call).transform(BulkheadOperator.of(bulkhead));
	}

	/**
	 * Measured after half as long again, when the code is compiled and the queue full.
	 */
	private static void measure(List<Figure> figures, String name, CallStage gate, boolean bursts, Duration length,
			boolean asked) {
		Call call = Calls.of(Priority.NORMAL, "tenant");
		double perSecond = bursts ? CAPACITY : 5 * CAPACITY;
		int atOnce = bursts ? BURST : 1;
		try (Service service = new Service(SLOTS, SERVICE_TIME)) {
			Load load = new Load(gate, service.client());
			load.offer(call, perSecond, atOnce, length.dividedBy(2));
			service.begin();
			long offered = load.offered.get();
			load.offer(call, perSecond, atOnce, length);
			Service.Usage usage = service.usage();
			offered = load.offered.get() - offered;
			figures
				.add(new Figure(name + ": slot time used", Figure.percent(usage.slotTime()), asked ? ">= 98 %" : "-"));
			figures.add(Figure.of(name + ": needed by the calls served", Figure.percent(usage.useful())));
			figures.add(new Figure(name + ": refused with 429", Long.toString(usage.refused()), asked ? "0" : "-"));
			figures.add(Figure.of(name + ": served of offered", usage.served() + " of " + offered));
		}
	}

}
