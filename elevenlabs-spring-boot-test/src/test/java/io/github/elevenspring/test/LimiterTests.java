package io.github.elevenspring.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.limiter.ConcurrencyGroup;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.LimiterSnapshot;
import io.github.elevenspring.limiter.Plan;
import io.github.elevenspring.limiter.QueuePosition;
import io.github.elevenspring.limiter.QueueTicket;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.Pace;
import io.github.elevenspring.test.simulator.SimulatorPlan;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The limiter in front of the simulator, which counts for itself and refuses what is too
 * much.
 */
@TestPropertySource(properties = { "elevenlabs.plan=creator", "elevenlabs.cache.enabled=false",
		"elevenlabs.limiter.queue.max-wait=60s", "elevenlabs.retry.enabled=false",
		"elevenlabs.circuit-breaker.enabled=false" })
class LimiterTests extends AbstractSimulatorTests {

	@Autowired
	private ConcurrencyLimits limits;

	private SpeechRequest request;

	@BeforeEach
	void chooseVoice() {
		this.request = request("Hi.");
		this.limits.plan(Plan.CREATOR);
		// slow enough for calls to be in flight at the same time
		this.simulator.pace(new Pace(0, 0.1));
	}

	@Test
	void neverExceedsThePlanAndLosesNobody() {
		Long spoken = Flux.range(0, 200)
			.flatMap((i) -> this.elevenLabs.speech()
				.stream(this.request.tenant("tenant-" + i % 7).priority(Priority.values()[i % 3]))
				.then(Mono.just(i)), 200)
			.count()
			.block(LONG_ENOUGH);
		assertThat(spoken).isEqualTo(200);
		assertThat(this.simulator.statistics().groups().get("standard").maxInFlight()).isEqualTo(5);
		assertThat(this.simulator.journal().requests()).noneMatch((seen) -> seen.status() == 429);
	}

	@Test
	void keepsFamiliesOfModelsApart() {
		Flux.range(0, 60)
			.flatMap((i) -> this.elevenLabs.speech()
				.stream(this.request.model((i % 2 == 0) ? "eleven_flash_v2_5" : "eleven_multilingual_v2"))
				.then(), 60)
			.blockLast(LONG_ENOUGH);
		assertThat(this.simulator.statistics().groups().get("standard").maxInFlight()).isEqualTo(5);
		assertThat(this.simulator.statistics().groups().get("turbo").maxInFlight()).isBetween(6, 10);
	}

	@Test
	void hidesARefusalOfTheService() {
		this.simulator.faults().next("/stream", Fault.tooManyConcurrentRequests(), 2);
		assertThat(this.elevenLabs.speech().stream(this.request).count().block(LONG_ENOUGH)).isPositive();
		assertThat(this.simulator.journal().requests("/stream")).extracting("status").contains(429, 200);
	}

	@Test
	void freesTheSlotWhateverTheEnd() {
		Flux.range(0, 120).flatMap((i) -> {
			int end = ThreadLocalRandom.current().nextInt(4);
			if (end == 0) {
				this.simulator.faults().next(Fault.internalError());
			}
			Flux<byte[]> stream = this.elevenLabs.speech().stream(this.request);
			Flux<byte[]> ended = switch (end) {
				case 1 -> stream.take(1);
				case 2 -> stream.takeUntilOther(Mono.delay(Duration.ofMillis(2)));
				default -> stream;
			};
			return ended.then().onErrorComplete(ElevenLabsException.class);
		}, 60).blockLast(LONG_ENOUGH);
		this.simulator.faults().clear();
	}

	@Test
	void tellsWhereACallStandsAndRefusesWhatDoesNotFit() {
		this.simulator.faults().next("/stream", Fault.stallAfter(100), 5);
		List<Disposable> busy = Flux.range(0, 5)
			.map((i) -> this.elevenLabs.speech().stream(this.request).subscribe((bytes) -> {
			}, (error) -> {
			}))
			.collectList()
			.block(LONG_ENOUGH);
		await().untilAsserted(() -> assertThat(standard().inFlight()).isEqualTo(5));
		AtomicReference<QueueTicket> ticket = new AtomicReference<>();
		Queue<Priority> served = new ConcurrentLinkedQueue<>();
		Disposable batch = this.elevenLabs.speech()
			.stream(this.request.priority(Priority.BATCH))
			.contextWrite(QueueTicket.listener(ticket::set))
			.doOnNext((bytes) -> served.add(Priority.BATCH))
			.subscribe();
		Disposable urgent = this.elevenLabs.speech()
			.stream(this.request.priority(Priority.INTERACTIVE))
			.doOnNext((bytes) -> served.add(Priority.INTERACTIVE))
			.subscribe();
		await().untilAsserted(() -> assertThat(standard().waiting()).isEqualTo(2));
		assertThat(standard().queued())
			.isEqualTo(Map.of(Priority.INTERACTIVE, 1, Priority.NORMAL, 0, Priority.BATCH, 1));
		assertThat(ticket.get().position()).extracting(QueuePosition::ahead).isEqualTo(1);
		Throwable late = this.elevenLabs.speech()
			.stream(this.request.deadline(Duration.ofSeconds(1)))
			.then()
			.materialize()
			.block(LONG_ENOUGH)
			.getThrowable();
		assertThat(late).isInstanceOfSatisfying(ElevenLabsException.class,
				(error) -> assertThat(error.getKind()).isEqualTo(ErrorKind.QUEUE_TIMEOUT));
		busy.get(0).dispose();
		await().untilAsserted(() -> assertThat(served).contains(Priority.INTERACTIVE, Priority.BATCH));
		assertThat(served.peek()).isEqualTo(Priority.INTERACTIVE);
		busy.forEach(Disposable::dispose);
		batch.dispose();
		urgent.dispose();
	}

	@Test
	void changesALimitWhileItRuns() {
		this.limits.plan(Plan.SCALE);
		this.simulator.plan(SimulatorPlan.SCALE);
		this.simulator.pace(new Pace(0, 0.5));
		Flux.range(0, 80)
			.flatMap((i) -> this.elevenLabs.speech().stream(this.request).then(), 80)
			.blockLast(LONG_ENOUGH);
		assertThat(this.simulator.statistics().groups().get("standard").maxInFlight()).isGreaterThan(10);
	}

	private LimiterSnapshot standard() {
		return this.limits.snapshot().get(ConcurrencyGroup.STANDARD);
	}

}
