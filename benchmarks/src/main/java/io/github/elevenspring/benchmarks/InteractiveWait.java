package io.github.elevenspring.benchmarks;

import java.time.Duration;
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
		try (Service service = new Service(SLOTS, SERVICE_TIME)) {
			Load batch = new Load(limiter, service.client());
			Load interactive = new Load(timed, service.client());
			Duration all = length.plus(length.dividedBy(4));
			Disposable callers = Flux.<Integer>empty()
				.doOnComplete(() -> batch.offer(Calls.of(Priority.BATCH, "tenant"), 5 * CAPACITY, 1, all))
				.subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic())
				.subscribe();
			interactive.offer(urgent, URGENT, 1, length.dividedBy(4));
			waits.clear();
			service.begin();
			interactive.offer(urgent, URGENT, 1, length);
			Service.Usage usage = service.usage();
			callers.dispose();
			long[] sorted = waits.stream().mapToLong(Long::longValue).sorted().toArray();
			return List.of(Figure.of("urgent calls measured", Integer.toString(sorted.length)),
					Figure.of("urgent calls that failed", Long.toString(interactive.failed.get())),
					Figure.of("wait p50", Figure.millis(quantile(sorted, 0.5))),
					new Figure("wait p99", Figure.millis(quantile(sorted, 0.99)), "<= 75 ms, one service time"),
					Figure.of("wait, longest", Figure.millis(quantile(sorted, 1))),
					Figure.of("slot time used", Figure.percent(usage.slotTime())),
					Figure.of("refused with 429", Long.toString(usage.refused())));
		}
	}

	private static double quantile(long[] sorted, double part) {
		return (sorted.length == 0) ? Double.NaN
				: Arrays.stream(sorted).skip((long) Math.ceil(part * sorted.length) - 1).findFirst().orElseThrow();
	}

}
