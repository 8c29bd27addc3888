package io.github.elevenspring.benchmarks;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.elevenspring.cache.CacheSettings;
import io.github.elevenspring.cache.CacheStage;
import io.github.elevenspring.cache.CacheTier;
import io.github.elevenspring.cache.SpeechCache;
import io.github.elevenspring.call.Call;
import io.github.elevenspring.model.Priority;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import org.springframework.cache.caffeine.CaffeineCache;

/**
 * A thousand equal calls at once, from all cores, and what of them reaches the service.
 */
final class EqualCalls implements Scenario {

	private static final int CALLS = 1000;

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

	@Override
	public List<Figure> run(Duration length) {
		Call call = Calls.of(Priority.NORMAL, "tenant");
		try (Service service = new Service(CALLS, Duration.ofMillis(75))) {
			CacheStage stage = new CacheStage(new SpeechCache(
					List.of(CacheTier.inMemory(new CaffeineCache("speech", Caffeine.newBuilder().build(), false))),
					new CacheSettings(Duration.ofDays(1), Duration.ZERO, 4 << 20), () -> "service",
					UnaryOperator.identity(), Clock.systemUTC()), Schedulers.parallel());
			service.begin();
			long begin = System.nanoTime();
			Long bytes = Flux.range(0, CALLS)
				.parallel()
				.runOn(Schedulers.parallel())
				.flatMap((i) -> stage.handle(call, service.client()), false, CALLS)
				.sequential()
				.reduce(0L, (sum, part) -> sum + part.size())
				.block(LONG_ENOUGH);
			return List.of(
					new Figure("1,000 equal calls: requests to the service", Long.toString(service.usage().served()),
							"1"),
					Figure.of("1,000 equal calls: bytes received by all", String.valueOf(bytes)),
					Figure.of("1,000 equal calls: until all had ended", Figure.millis(System.nanoTime() - begin)));
		}
	}

}
