package io.github.elevenspring.test.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.github.elevenspring.test.simulator.ConcurrencyGate.Slot;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConcurrencyGate}.
 */
class ConcurrencyGateTests {

	@Test
	void admitsInTheOrderOfArrival() {
		ConcurrencyGate gate = new ConcurrencyGate(Map.of("g", 1), OverLimit.QUEUE);
		Slot holder = gate.slot("g");
		holder.acquire().block(Duration.ofSeconds(1));
		List<Integer> admitted = Collections.synchronizedList(new ArrayList<>());
		List<Slot> waiting = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			int number = i;
			Slot slot = gate.slot("g");
			waiting.add(slot);
			slot.acquire().doOnTerminate(() -> admitted.add(number)).subscribe();
		}
		assertThat(gate.snapshot().get("g")).isEqualTo(new Statistics.Group(1, 1, 1, 3));
		holder.release();
		waiting.get(1).release();
		waiting.get(0).release();
		assertThat(admitted).containsExactly(0, 2);
		waiting.get(2).release();
		assertThat(gate.snapshot().get("g")).isEqualTo(new Statistics.Group(1, 0, 1, 0));
	}

	@Test
	void releasesOnce() {
		ConcurrencyGate gate = new ConcurrencyGate(Map.of("g", 2), OverLimit.REFUSE);
		Slot slot = gate.slot("g");
		slot.acquire().block(Duration.ofSeconds(1));
		slot.release();
		slot.release();
		assertThat(gate.snapshot().get("g").inFlight()).isZero();
	}

	@Test
	void givesNothingToASlotThatIsAlreadyReleased() {
		ConcurrencyGate gate = new ConcurrencyGate(Map.of("g", 2), OverLimit.REFUSE);
		Slot slot = gate.slot("g");
		slot.release();
		StepVerifier.create(slot.acquire()).expectError(CancellationException.class).verify(Duration.ofSeconds(1));
		assertThat(gate.snapshot().get("g").inFlight()).isZero();
	}

	@Test
	void letsWaitersGoAheadWhenTheLimitGrows() {
		ConcurrencyGate gate = new ConcurrencyGate(Map.of("g", 0), OverLimit.QUEUE);
		StepVerifier.create(gate.slot("g").acquire())
			.expectSubscription()
			.then(() -> gate.limits(Map.of("g", 1)))
			.expectComplete()
			.verify(Duration.ofSeconds(1));
	}

	@Test
	void isEmptyAfterAThousandRandomCancels() {
		ConcurrencyGate gate = new ConcurrencyGate(Map.of("g", 7), OverLimit.QUEUE);
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			SplittableRandom random = new SplittableRandom(1);
			List<CompletableFuture<Void>> calls = new ArrayList<>();
			for (int i = 0; i < 1000; i++) {
				boolean cancel = random.nextBoolean();
				calls.add(CompletableFuture.runAsync(() -> {
					Slot slot = gate.slot("g");
					Disposable call = slot.acquire().subscribe();
					if (cancel) {
						call.dispose();
					}
					slot.release();
				}, threads));
			}
			calls.forEach(CompletableFuture::join);
		}
		finally {
			threads.shutdownNow();
		}
		Statistics.Group group = gate.snapshot().get("g");
		assertThat(group.inFlight()).isZero();
		assertThat(group.waiting()).isZero();
		assertThat(group.maxInFlight()).isBetween(1, 7);
	}

}
