package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.concurrent.Semaphore;

import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.FixedLimit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import io.github.bucket4j.Bucket;
import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.limiter.LimiterStage;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.reactor.bulkhead.operator.BulkheadOperator;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import reactor.core.publisher.Flux;

/**
 * What a permit costs while there are enough of them: take it, let a reply of one part go
 * by, give it back. With several threads ({@code -t 4}) all of them share one limiter.
 * The three that are no operators take and give back only, without any reply.
 */
public class PermitBenchmark extends LatencyBenchmark {

	private static final int LIMIT = 1000;

	private final Flux<ReplyPart> reply = Flux.just(new ReplyPart.Chunk(new byte[] { 1 }));

	private final CallChain service = (call) -> this.reply;

	private final Call call = Calls.of(Priority.NORMAL, "tenant");

	private final CallStage limiter = new LimiterStage(Calls.limits(LIMIT, 500, Duration.ofSeconds(30)),
			new ModelCatalog());

	private final Bulkhead bulkhead = Bulkhead.of("bulkhead",
			BulkheadConfig.custom().maxConcurrentCalls(LIMIT).maxWaitDuration(Duration.ZERO).build());

	private final Semaphore semaphore = new Semaphore(LIMIT);

	private final Limiter<@Nullable Void> netflix = SimpleLimiter.newBuilder().limit(FixedLimit.of(LIMIT)).build();

	private final Bucket bucket = Bucket.builder()
		.addLimit((limit) -> limit.capacity(1_000_000_000_000_000L).refillGreedy(1_000_000_000, Duration.ofSeconds(1)))
		.build();

	/**
	 * The reply without anything in front of it.
	 * @return the part
	 */
	@Benchmark
	public @Nullable Object bare() {
		Draining subscriber = new Draining();
		this.service.proceed(this.call).subscribe(subscriber);
		return subscriber.served();
	}

	/**
	 * This library.
	 * @return the part
	 */
	@Benchmark
	public @Nullable Object limiterStage() {
		Draining subscriber = new Draining();
		this.limiter.handle(this.call, this.service).subscribe(subscriber);
		return subscriber.served();
	}

	/**
	 * Resilience4j's operator for Reactor.
	 * @return the part
	 */
	@Benchmark
	public @Nullable Object resilience4jOperator() {
		Draining subscriber = new Draining();
		this.service.proceed(this.call).transform(BulkheadOperator.of(this.bulkhead)).subscribe(subscriber);
		return subscriber.served();
	}

	/**
	 * Resilience4j's bulkhead without Reactor.
	 * @return whether there was a permit
	 */
	@Benchmark
	public boolean resilience4jBulkhead() {
		boolean permitted = this.bulkhead.tryAcquirePermission();
		this.bulkhead.onComplete();
		return permitted;
	}

	/**
	 * The semaphore of the JDK.
	 * @return whether there was a permit
	 */
	@Benchmark
	public boolean semaphore() {
		boolean permitted = this.semaphore.tryAcquire();
		this.semaphore.release();
		return permitted;
	}

	/**
	 * The limiter of Netflix, with a limit that stays.
	 * @return the permit
	 */
	@Benchmark
	public Limiter.Listener netflixLimiter() {
		Limiter.Listener permit = this.netflix.acquire(null).orElseThrow();
		permit.onSuccess();
		return permit;
	}

	/**
	 * Bucket4j, which counts beginnings only: nothing is given back.
	 * @return whether there was a token
	 */
	@Benchmark
	public boolean bucket4j() {
		return this.bucket.tryConsume(1);
	}

}
