package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes calls, and counts how they end.
 */
final class Load {

	private final CallStage gate;

	private final CallChain service;

	final AtomicLong offered = new AtomicLong();

	final AtomicLong answered = new AtomicLong();

	final AtomicLong failed = new AtomicLong();

	Load(CallStage gate, CallChain service) {
		this.gate = gate;
		this.service = service;
	}

	/**
	 * Make calls at a pace of their own, whether they are answered or not. The time
	 * between them is random, as between calls that know nothing of each other; that
	 * between bursts is not.
	 * @param call the call, made again and again
	 * @param perSecond how many calls a second
	 * @param atOnce how many of them together
	 * @param length how long to go on; returns then
	 */
	void offer(Call call, double perSecond, int atOnce, Duration length) {
		long start = System.nanoTime();
		double pause = 1e9 * atOnce / perSecond;
		Random random = new Random(42);
		for (long at = 0; at < length
			.toNanos(); at += (long) ((atOnce > 1) ? pause : -pause * Math.log(1 - random.nextDouble()))) {
			parkUntil(start + at);
			for (int i = 0; i < atOnce; i++) {
				one(call).subscribe();
			}
		}
		parkUntil(start + length.toNanos());
	}

	/**
	 * Let callers make one call after the other until they are stopped. One whose call
	 * fails tries again a little later.
	 */
	Disposable keep(int callers, Call call) {
		return Flux.range(0, callers).flatMap((caller) -> one(call).repeat(), callers).subscribe();
	}

	/**
	 * Let what is kept going go on.
	 * @param length how long; returns then
	 */
	void goOn(Duration length) {
		parkUntil(System.nanoTime() + length.toNanos());
	}

	private static void parkUntil(long end) {
		for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
			LockSupport.parkNanos(left);
		}
	}

	private Mono<Void> one(Call call) {
		return Mono.defer(() -> {
			this.offered.incrementAndGet();
			return this.gate.handle(call, this.service).then();
		}).doOnSuccess((ignored) -> this.answered.incrementAndGet()).onErrorResume((error) -> {
			this.failed.incrementAndGet();
			return Mono.delay(Duration.ofMillis(10)).then();
		});
	}

}
