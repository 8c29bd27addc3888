package io.github.elevenspring.test;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.elevenspring.cache.CacheStage;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.leak.LeakWatch;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.LimiterSnapshot;
import io.github.elevenspring.model.CacheUse;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.Statistics;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Many callers of all kinds while a tenth of the requests meets a fault. Each call ends
 * in the audio of a clean run, in an error of the library, or because its caller left;
 * what was heard before is a beginning of that audio; and nothing stays behind.
 * {@code -Delevenlabs.test.chaos-duration} and {@code -Delevenlabs.test.chaos-seed} set
 * how long, and which faults and callers there are.
 */
@SpringBootTest(classes = LibraryApplication.class,
		properties = { "elevenlabs.plan=creator", "elevenlabs.simulator.enabled=true",
				"elevenlabs.simulator.plan=creator", "elevenlabs.simulator.credits=1000000000000",
				"elevenlabs.simulator.latency-factor=0.05", "elevenlabs.simulator.stream-speed=200",
				"elevenlabs.timeout.first-byte=2s", "elevenlabs.timeout.idle=1s", "elevenlabs.cache.enabled=true",
				"elevenlabs.cache.ttl=500ms", "elevenlabs.cache.stale-ttl=0s", "elevenlabs.quota.probe-interval=100ms",
				"resilience4j.retry.instances.elevenlabs.wait-duration=20ms",
				"resilience4j.circuitbreaker.instances.elevenlabs-speech.wait-duration-in-open-state=1s" })
@ExtendWith(LeakWatch.class)
class ChaosTests {

	private static final Log logger = LogFactory.getLog(ChaosTests.class);

	private static final Duration DURATION = DurationStyle
		.detectAndParse(System.getProperty("elevenlabs.test.chaos-duration", "10s"));

	private static final long SEED = Long.getLong("elevenlabs.test.chaos-seed", System.nanoTime());

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

	private static final int AT_ONCE = 40;

	/**
	 * All that an honest client can notice; garbage under the name of audio is not.
	 */
	private static final Fault[] FAULTS = Stream
		.of("too-many-concurrent-requests", "rate-limited", "rate-limited:1s", "system-busy", "internal-error",
				"bad-gateway", "unavailable", "status:504", "invalid-key", "quota-exceeded", "insufficient-credits",
				"status:403", "status:404", "status:422", "disconnect", "reset", "silence", "reset-after:3000",
				"cut-after:5000", "truncate-after:4000", "stall-after:6000", "latency:100ms", "empty-audio",
				"html-instead-of-audio", "json-instead-of-audio", "malformed-json")
		.map(Fault::parse)
		.toArray(Fault[]::new);

	private static final List<String> TEXTS = Stream
		.of("Hello.", "How are you?", "One moment, please. I am looking for it.",
				"Nobody hears a byte twice. Nobody pays twice. Nobody waits for ever.")
		.flatMap((text) -> Stream.of(text, "Well. " + text))
		.toList();

	private final ConcurrentMap<String, AtomicLong> endings = new ConcurrentHashMap<>();

	private final Queue<String> violations = new ConcurrentLinkedQueue<>();

	@Autowired
	private ElevenLabsTemplate elevenLabs;

	@Autowired
	private ElevenLabsSimulator simulator;

	@Autowired
	private ConcurrencyLimits limits;

	@Autowired
	private CacheStage cache;

	private Map<String, byte[]> clean;

	@DynamicPropertySource
	static void seed(DynamicPropertyRegistry properties) {
		properties.add("elevenlabs.simulator.seed", () -> SEED);
	}

	@Test
	void everyCallEndsAsItShould() {
		logger.info("Chaos for " + DURATION + " with -Delevenlabs.test.chaos-seed=" + SEED);
		this.clean = TEXTS.stream().collect(Collectors.toMap(Function.identity(), this::speakCleanly));
		this.simulator.faults().rate(0.1, FAULTS);
		long end = System.nanoTime() + DURATION.toNanos();
		Long calls = Flux.generate(() -> 0L, (Long number, SynchronousSink<Long> sink) -> {
			if (System.nanoTime() < end) {
				sink.next(number);
			}
			else {
				sink.complete();
			}
			return number + 1;
		}).flatMap(this::call, AT_ONCE).count().block(DURATION.plus(LONG_ENOUGH).plus(LONG_ENOUGH));
		long injected = this.simulator.faults().injected();
		Statistics statistics = this.simulator.statistics();
		logger.info(
				"%d calls, %d requests, %d faults, %s".formatted(calls, statistics.requests(), injected, this.endings));
		assertThat(this.violations).as("seed " + SEED).isEmpty();
		assertThat(this.endings.values().stream().mapToLong(AtomicLong::get).sum()).isEqualTo(calls);
		assertThat(this.endings).containsKeys("spoken", "cancelled");
		assertThat(injected).isPositive();
		nothingIsLeftBehind();
	}

	private byte[] speakCleanly(String text) {
		byte[] whole = CleanSpeech.of(request(text), this.simulator);
		for (AudioForm form : AudioForm.values()) {
			ByteArrayOutputStream heard = new ByteArrayOutputStream();
			form.speak(this.elevenLabs.speech(), request(text)).doOnNext(heard::writeBytes).blockLast(LONG_ENOUGH);
			assertThat(heard.toByteArray()).as("clean run of " + form).isEqualTo(whole);
		}
		return whole;
	}

	private Mono<Long> call(long number) {
		// the generator's own mixing keeps neighbours apart
		SplittableRandom random = new SplittableRandom(new SplittableRandom(SEED + number).nextLong());
		AudioForm form = AudioForm.values()[random.nextInt(AudioForm.values().length)];
		String text = TEXTS.get(random.nextInt(TEXTS.size()));
		CacheUse cacheUse = new CacheUse[] { CacheUse.NORMAL, CacheUse.NORMAL, CacheUse.REFRESH,
				CacheUse.BYPASS }[random.nextInt(4)];
		SpeechRequest request = request(text).mutate()
			.modelId(random.nextBoolean() ? "eleven_flash_v2_5" : "eleven_multilingual_v2")
			.options(CallOptions.defaults()
				.withPriority(Priority.values()[random.nextInt(Priority.values().length)])
				.withTenant("tenant-" + random.nextInt(7))
				.withDeadline(Duration.ofMillis(random.nextInt(500, 20_000)))
				.withCacheUse(cacheUse))
			.build();
		Listener listener = new Listener(number + " " + form + " " + cacheUse, this.clean.get(text));
		Flux<byte[]> audio = form.speak(this.elevenLabs.speech(), request)
			.doOnNext(listener::hear)
			.doOnComplete(listener::complete)
			.doOnError(listener::fail)
			.doOnCancel(listener::leave);
		Flux<byte[]> heard = switch (random.nextInt(10)) {
			case 0 -> audio.take(random.nextInt(1, 4));
			case 1 -> audio.takeUntilOther(Mono.delay(Duration.ofMillis(random.nextInt(60))));
			default -> audio;
		};
		return heard.then()
			.timeout(LONG_ENOUGH)
			.doOnError(TimeoutException.class, (error) -> listener.violated("never ended"))
			.onErrorComplete()
			.thenReturn(number);
	}

	private SpeechRequest request(String text) {
		return SpeechRequest.of(text).voice(this.simulator.voiceIds().get(0)).format(OutputFormat.MP3_22050_32);
	}

	private void count(String ending) {
		this.endings.computeIfAbsent(ending, (name) -> new AtomicLong()).incrementAndGet();
	}

	private void nothingIsLeftBehind() {
		this.simulator.faults().clear();
		await().atMost(LONG_ENOUGH).untilAsserted(() -> {
			assertThat(this.limits.snapshot().values()).allSatisfy((group) -> assertThat(group)
				.extracting(LimiterSnapshot::inFlight, LimiterSnapshot::waiting, LimiterSnapshot::tenants)
				.containsExactly(0, 0, 0));
			Object flights = ReflectionTestUtils.getField(this.cache, "flights");
			assertThat((Map<?, ?>) ReflectionTestUtils.getField(flights, "byKey")).isEmpty();
			Statistics statistics = this.simulator.statistics();
			assertThat(statistics.inFlight()).isZero();
			assertThat(statistics.openStreams()).isZero();
			assertThat(statistics.groups().values()).allSatisfy((group) -> assertThat(group.inFlight()).isZero());
		});
	}

	/**
	 * Compares what one caller hears with the clean run.
	 */
	private final class Listener {

		private final String name;

		private final byte[] clean;

		private final AtomicBoolean ended = new AtomicBoolean();

		private int heard;

		Listener(String name, byte[] clean) {
			this.name = name;
			this.clean = clean;
		}

		void hear(byte[] audio) {
			int end = this.heard + audio.length;
			if (end > this.clean.length || !Arrays.equals(audio, 0, audio.length, this.clean, this.heard, end)) {
				violated("other audio in " + this.heard + " to " + end + " of " + this.clean.length);
			}
			this.heard = end;
		}

		void complete() {
			end("spoken");
			if (this.heard != this.clean.length) {
				violated("complete after " + this.heard + " of " + this.clean.length);
			}
		}

		void fail(Throwable error) {
			if (error instanceof ElevenLabsException known) {
				end(known.getKind().name());
			}
			else {
				end("untyped");
				violated("failed with " + error);
			}
		}

		void leave() {
			end("cancelled");
		}

		/**
		 * Who leaves at the last moment may still hear the end.
		 */
		private void end(String ending) {
			if (this.ended.compareAndSet(false, true)) {
				count(ending);
			}
		}

		void violated(String how) {
			ChaosTests.this.violations.add(this.name + ": " + how);
		}

	}

}
