package io.github.elevenspring.test;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.github.elevenspring.cache.SpeechCache;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.limiter.ConcurrencyGroup;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.model.CacheResult;
import io.github.elevenspring.model.CacheUse;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.Pace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The cache in front of the simulator, which counts what reaches it.
 */
@TestPropertySource(properties = "elevenlabs.plan=creator")
class CacheTests extends AbstractSimulatorTests {

	@Autowired
	private SpeechCache cache;

	@Autowired
	private ConcurrencyLimits limits;

	private SpeechRequest request;

	@BeforeEach
	void chooseVoice() {
		this.request = request("Hello, how can I help you?");
		this.cache.clear().block(LONG_ENOUGH);
	}

	@AfterEach
	void troubleEnds() {
		this.simulator.faults().clear();
		this.simulator.pace(Pace.IMMEDIATE);
	}

	@Test
	void secondCallCostsNothing() {
		Speech first = speak(this.request);
		long before = requests();
		Speech second = speak(this.request.tenant("other").priority(Priority.BATCH));
		byte[] streamed = listen(this.elevenLabs.speech().stream(this.request));
		assertThat(requests()).isEqualTo(before);
		assertThat(first.delivery().cache()).isEqualTo(CacheResult.MISS);
		assertThat(first.delivery().attempts()).isOne();
		assertThat(first.metadata().billedCredits()).isPositive();
		assertThat(second.delivery().cache()).isEqualTo(CacheResult.HIT);
		assertThat(second.delivery().attempts()).isZero();
		assertThat(second.metadata().billedCredits()).isZero();
		assertThat(second.metadata().requestId()).isEqualTo(first.metadata().requestId());
		assertThat(second.audio()).isEqualTo(first.audio());
		assertThat(streamed).isEqualTo(first.audio());
	}

	@Test
	void timedSpeechIsKeptToo() {
		var first = this.elevenLabs.speech().streamWithTimestamps(this.request).collectList().block(LONG_ENOUGH);
		var whole = this.elevenLabs.speech().convertWithTimestamps(this.request).block(LONG_ENOUGH);
		long before = requests();
		var second = this.elevenLabs.speech().streamWithTimestamps(this.request).collectList().block(LONG_ENOUGH);
		assertThat(second).usingRecursiveComparison().ignoringFields("metadata", "delivery").isEqualTo(first);
		assertThat(first).allSatisfy((part) -> assertThat(part.delivery().cache()).isEqualTo(CacheResult.MISS));
		assertThat(second).allSatisfy((part) -> assertThat(part.delivery().cache()).isEqualTo(CacheResult.HIT));
		assertThat(whole.delivery().attempts()).isOne();
		assertThat(this.elevenLabs.speech().convertWithTimestamps(this.request).block(LONG_ENOUGH).audio())
			.isEqualTo(whole.audio());
		assertThat(requests()).isEqualTo(before);
	}

	@Test
	void aThousandEqualCallsMakeOne() {
		this.simulator.pace(new Pace(0, 0.2));
		long before = requests();
		List<byte[]> answers = Flux.range(0, 1000)
			.flatMap((i) -> Mono.fromCallable(() -> i)
				.flatMapMany((same) -> this.elevenLabs.speech().stream(this.request.tenant("tenant-" + i % 7)))
				.collectList()
				.map(AbstractSimulatorTests::join), 1000)
			.collectList()
			.block(LONG_ENOUGH);
		assertThat(requests() - before).isOne();
		assertThat(answers).hasSize(1000).allSatisfy((answer) -> assertThat(answer).isEqualTo(answers.get(0)));
	}

	@Test
	void callersComeAndGoWhileItIsSpoken() {
		byte[] clean = speak(this.request).audio();
		for (int round = 0; round < 10; round++) {
			this.cache.clear().block(LONG_ENOUGH);
			this.simulator.pace(new Pace(0, 0.02));
			Flux.range(0, 60).flatMap((i) -> {
				Flux<byte[]> stream = this.elevenLabs.speech().stream(this.request);
				return switch (ThreadLocalRandom.current().nextInt(3)) {
					case 0 -> stream.take(1).then();
					case 1 -> stream.takeUntilOther(Mono.delay(Duration.ofMillis(3))).then();
					default -> Mono.fromRunnable(() -> {
					})
						.thenMany(stream)
						.collectList()
						.doOnNext((chunks) -> assertThat(join(chunks)).isEqualTo(clean))
						.then();
				};
			}, 60).then().block(LONG_ENOUGH);
		}
	}

	@Test
	void lastCancelReachesTheService() {
		this.simulator.faults().next("/stream", Fault.stallAfter(100), 1);
		Sinks.Empty<Void> heard = Sinks.empty();
		Disposable one = this.elevenLabs.speech()
			.stream(this.request)
			.doOnNext((bytes) -> heard.tryEmitEmpty())
			.subscribe();
		heard.asMono().block(LONG_ENOUGH);
		Disposable other = this.elevenLabs.speech().stream(this.request).subscribe();
		one.dispose();
		assertThat(this.limits.snapshot().get(ConcurrencyGroup.STANDARD).inFlight()).isOne();
		other.dispose();
		await()
			.untilAsserted(() -> assertThat(this.limits.snapshot().get(ConcurrencyGroup.STANDARD).inFlight()).isZero());
		await()
			.untilAsserted(() -> assertThat(this.simulator.statistics().groups().get("standard").inFlight()).isZero());
	}

	@Test
	void deadlineOfOneHurtsNobodyElse() {
		this.simulator.pace(new Pace(0, 0.3));
		Mono<Speech> hasty = this.elevenLabs.speech().convert(this.request.deadline(Duration.ofMillis(100)));
		Mono<Speech> patient = this.elevenLabs.speech().convert(this.request);
		List<reactor.core.publisher.Signal<Speech>> ends = Flux
			.mergeSequential(hasty.materialize(), patient.materialize())
			.collectList()
			.block(LONG_ENOUGH);
		assertThat(ends.get(0).getThrowable()).isInstanceOfSatisfying(ElevenLabsException.class,
				(error) -> assertThat(error.getKind()).isEqualTo(ErrorKind.TIMEOUT));
		assertThat(ends.get(1).get().audio()).isNotEmpty();
	}

	@Test
	void truncatedSpeechIsNotKept() {
		this.simulator.faults().next("/text-to-speech", Fault.truncateAfter(500), 1);
		Throwable error = this.elevenLabs.speech()
			.convert(this.request)
			.materialize()
			.block(LONG_ENOUGH)
			.getThrowable();
		assertThat(error).isInstanceOf(ElevenLabsException.class);
		assertThat(speak(this.request).delivery().cache()).isEqualTo(CacheResult.MISS);
	}

	@Test
	void requestsCanBypass() {
		speak(this.request);
		long before = requests();
		SpeechRequest bypassing = this.request.mutate()
			.options(this.request.options().withCacheUse(CacheUse.BYPASS))
			.build();
		assertThat(speak(bypassing).delivery().cache()).isEqualTo(CacheResult.BYPASSED);
		assertThat(requests() - before).isOne();
	}

	private Speech speak(SpeechRequest request) {
		return this.elevenLabs.speech().convert(request).block(LONG_ENOUGH);
	}

	private long requests() {
		return this.simulator.journal().requests().size();
	}

	private static byte[] listen(Flux<byte[]> stream) {
		return join(stream.collectList().block(LONG_ENOUGH));
	}

}
