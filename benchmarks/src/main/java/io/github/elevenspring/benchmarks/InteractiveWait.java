package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.limiter.LimiterStage;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.catalog.ModelCatalog;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * How long urgent calls wait for a slot while five times as many calls nobody waits for
 * come as can be served.
 */
final class InteractiveWait implements Scenario {

	private static final int SLOTS = 10;

	private static final Duration SERVICE_TIME = Duration.ofMillis(75);

	private static final double CAPACITY = SLOTS / (SERVICE_TIME.toNanos() / 1e9);

	/**
	 * Urgent calls a second: a fifth of what the slots can serve.
	 */
	private static final double URGENT = CAPACITY / 5;

	@Override
	public List<Figure> run(Duration length) {
		List<Figure> figures = new ArrayList<>();
		measure(figures, "calls of 75 ms", 0, length);
		measure(figures, "calls of 50 to 100 ms", 1.0 / 3, length);
		return figures;
	}

	private static void measure(List<Figure> figures, String name, double spread, Duration length) {
		ConcurrentLinkedQueue<Long> waits = new ConcurrentLinkedQueue<>();
		LimiterStage limiter = new LimiterStage(Calls.limits(SLOTS, 500, Duration.ofSeconds(30)), new ModelCatalog());
		CallStage timed = (call, next) -> Flux.defer(() -> {
			long asked = System.nanoTime();
			return limiter.handle(call, (granted) -> Flux.defer(() -> {
				waits.add(System.nanoTime() - asked);
				return next.proceed(granted);
			}));
		});
		Call urgent = Calls.of(Priority.INTERACTIVE, "tenant");
		Duration before = length.dividedBy(2);
		try (Service service = new Service(SLOTS, SERVICE_TIME, spread)) {
			Load batch = new Load(limiter, service.client());
			Load interactive = new Load(timed, service.client());
			Disposable callers = Mono
				.fromRunnable(
						() -> batch.offer(Calls.of(Priority.BATCH, "tenant"), 5 * CAPACITY, 1, before.plus(length)))
				.subscribeOn(Schedulers.boundedElastic())
				.subscribe();
			interactive.offer(urgent, URGENT, 1, before);
			waits.clear();
			long failed = interactive.failed.get();
			service.begin();
			interactive.offer(urgent, URGENT, 1, length);
			Service.Usage usage = service.usage();
			callers.dispose();
			long[] sorted = waits.stream().mapToLong(Long::longValue).sorted().toArray();
			figures.add(Figure.of(name + ": urgent calls measured", Integer.toString(sorted.length)));
			figures
				.add(Figure.of(name + ": urgent calls that failed", Long.toString(interactive.failed.get() - failed)));
			figures.add(Figure.of(name + ": wait p50", Figure.millis(quantile(sorted, 0.5))));
			figures.add(new Figure(name + ": wait p99", Figure.millis(quantile(sorted, 0.99)), "<= one service time"));
			figures.add(Figure.of(name + ": wait, longest", Figure.millis(quantile(sorted, 1))));
			figures.add(Figure.of(name + ": slot time used", Figure.percent(usage.slotTime())));
			figures.add(Figure.of(name + ": refused with 429", Long.toString(usage.refused())));
		}
	}

	private static double quantile(long[] sorted, double part) {
		return (sorted.length == 0) ? Double.NaN
				: Arrays.stream(sorted).skip((long) Math.ceil(part * sorted.length) - 1).findFirst().orElseThrow();
	}

}
