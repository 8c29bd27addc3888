package io.github.elevenspring.test;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.elevenspring.cache.CacheStage;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.fallback.FallbackSpeech;
import io.github.elevenspring.fallback.SpeechFallback;
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
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Many callers of all kinds while a tenth of the requests meets a fault. Each call ends
 * in the audio of a clean run, in an error that the faults can cause, or because its
 * caller left; a caller who takes a fallback may hear that alone instead; what was heard
 * before is a beginning of the audio; and nothing stays behind. The run goes on until
 * each fault has happened and each error that is not retried was seen.
 * {@code -Delevenlabs.test.chaos-duration} and {@code -Delevenlabs.test.chaos-seed} set
 * how long, and which faults and callers there are.
 */
@SpringBootTest(classes = ChaosTests.Application.class,
		properties = { "elevenlabs.plan=creator", "elevenlabs.simulator.enabled=true",
				"elevenlabs.simulator.plan=creator", "elevenlabs.simulator.credits=1000000000000",
				"elevenlabs.simulator.latency-factor=0.05", "elevenlabs.simulator.stream-speed=200",
				"elevenlabs.timeout.first-byte=2s", "elevenlabs.timeout.idle=1s", "elevenlabs.cache.enabled=true",
				"elevenlabs.cache.ttl=500ms", "elevenlabs.fallback.chain=engine",
				"elevenlabs.quota.probe-interval=100ms", "resilience4j.retry.instances.elevenlabs.wait-duration=20ms",
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
	 * How many calls there are between two faults that come in turn, whatever chance
	 * brings.
	 */
	private static final int CALLS_PER_TURN = 40;

	/**
	 * What a caller waits after an error. Refusals would else make up for most calls,
	 * since they take no time.
	 */
	private static final Duration BREATH = Duration.ofMillis(200);

	/**
	 * All that an honest client can notice, by what it leads to; garbage under the name
	 * of audio is not.
	 */
	private static final Map<ErrorKind, List<Fault>> FAULTS = Map.ofEntries(
			faults(ErrorKind.CONCURRENCY, "too-many-concurrent-requests"),
			faults(ErrorKind.RATE, "rate-limited", "rate-limited:1s"), faults(ErrorKind.BUSY, "system-busy"),
			faults(ErrorKind.SERVER, "internal-error", "bad-gateway", "unavailable", "status:504", "empty-audio",
					"html-instead-of-audio", "json-instead-of-audio", "malformed-json"),
			faults(ErrorKind.AUTH, "invalid-key"), faults(ErrorKind.QUOTA, "quota-exceeded", "insufficient-credits"),
			faults(ErrorKind.PERMISSION, "status:403"), faults(ErrorKind.NOT_FOUND, "status:404"),
			faults(ErrorKind.INVALID, "status:422"), faults(ErrorKind.NETWORK, "disconnect", "reset",
					"reset-after:3000", "cut-after:5000", "truncate-after:4000"),
			faults(ErrorKind.TIMEOUT, "silence", "stall-after:6000", "latency:100ms"));

	private static final List<Fault> IN_TURN = FAULTS.entrySet()
		.stream()
		.sorted(Map.Entry.comparingByKey())
		.flatMap((entry) -> entry.getValue().stream())
		.toList();

	/**
	 * One refusal for lack of credits stops all calls for a while.
	 */
	private static final Fault[] BY_CHANCE = IN_TURN.stream()
		.filter((fault) -> !FAULTS.get(ErrorKind.QUOTA).contains(fault))
		.toArray(Fault[]::new);

	/**
	 * What is not tried again, so that callers hear of it.
	 */
	private static final Set<ErrorKind> NOT_RETRIED = EnumSet.of(ErrorKind.SERVER, ErrorKind.AUTH, ErrorKind.QUOTA,
			ErrorKind.PERMISSION, ErrorKind.NOT_FOUND, ErrorKind.INVALID, ErrorKind.NETWORK, ErrorKind.TIMEOUT);

	/**
	 * What faults lead to where they have not been met.
	 */
	private static final Set<ErrorKind> CONSEQUENCES = EnumSet.of(ErrorKind.QUEUE_TIMEOUT, ErrorKind.BREAKER_OPEN);

	/**
	 * Begins like no audio of the service.
	 */
	private static final byte[] FALLBACK = "Sorry, my voice is gone.".getBytes(StandardCharsets.US_ASCII);

	private static final List<String> TEXTS = Stream
		.of("Hello.", "How are you?", "One moment, please. I am looking for it.",
				"Nobody hears a byte twice. Nobody pays twice. Nobody waits for ever.")
		.flatMap((text) -> Stream.of(text, "Well. " + text))
		.toList();

	private final ConcurrentMap<String, LongAdder> endings = new ConcurrentHashMap<>();

	private final Set<ErrorKind> errors = ConcurrentHashMap.newKeySet();

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
		this.simulator.faults().rate(0.1, BY_CHANCE);
		long begin = System.nanoTime();
		Long calls = Flux.generate(() -> 0L, (Long number, SynchronousSink<Long> sink) -> {
			Duration passed = Duration.ofNanos(System.nanoTime() - begin);
			if (passed.compareTo(DURATION) < 0 || (!isComplete() && passed.compareTo(DURATION.plus(LONG_ENOUGH)) < 0)) {
				sink.next(number);
			}
			else {
				sink.complete();
			}
			return number + 1;
		}).flatMap(this::call, AT_ONCE).count().block(DURATION.plus(LONG_ENOUGH.multipliedBy(3)));
		logger.info("%d calls, %d requests, %d faults, %s".formatted(calls, this.simulator.statistics().requests(),
				this.simulator.faults().injected(), this.endings));
		assertThat(this.violations).as("seed " + SEED).isEmpty();
		assertThat(this.endings.values().stream().mapToLong(LongAdder::sum).sum()).isEqualTo(calls);
		assertThat(IN_TURN).as("seed " + SEED)
			.allSatisfy(
					(fault) -> assertThat(this.simulator.faults().injected(fault)).as(fault.toString()).isPositive());
		assertThat(this.errors).as("seed " + SEED).containsAll(NOT_RETRIED);
		assertThat(EnumSet.copyOf(this.errors)).as("seed " + SEED).isSubsetOf(possibleErrors());
		assertThat(endings("degraded")).isPositive();
		assertThat(endings("cancelled")).isPositive();
		assertThat(endings("spoken")).as("seed " + SEED + ": " + this.endings)
			.isGreaterThan((calls - endings("cancelled")) * 3 / 4);
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

	private boolean isComplete() {
		return this.errors.containsAll(NOT_RETRIED) && endings("degraded") > 0
				&& IN_TURN.stream().allMatch((fault) -> this.simulator.faults().injected(fault) > 0);
	}

	private static Set<ErrorKind> possibleErrors() {
		Set<ErrorKind> possible = EnumSet.copyOf(FAULTS.keySet());
		possible.addAll(CONSEQUENCES);
		return possible;
	}

	private static Map.Entry<ErrorKind, List<Fault>> faults(ErrorKind error, String... faults) {
		return Map.entry(error, Stream.of(faults).map(Fault::parse).toList());
	}

	private Mono<Long> call(long number) {
		if (number % CALLS_PER_TURN == 0) {
			int turn = (int) (number / CALLS_PER_TURN % IN_TURN.size());
			this.simulator.faults().next("/text-to-speech", IN_TURN.get(turn), 1);
		}
		// the generator's own mixing keeps neighbours apart
		SplittableRandom random = new SplittableRandom(new SplittableRandom(SEED + number).nextLong());
		AudioForm form = AudioForm.values()[random.nextInt(AudioForm.values().length)];
		String text = TEXTS.get(random.nextInt(TEXTS.size()));
		CacheUse cacheUse = new CacheUse[] { CacheUse.NORMAL, CacheUse.NORMAL, CacheUse.REFRESH,
				CacheUse.BYPASS }[random.nextInt(4)];
		CallOptions options = CallOptions.defaults()
			.withPriority(Priority.values()[random.nextInt(Priority.values().length)])
			.withTenant("tenant-" + random.nextInt(7))
			.withDeadline(Duration.ofMillis(random.nextInt(500, 20_000)))
			.withCacheUse(cacheUse);
		boolean fallback = random.nextInt(4) == 0;
		SpeechRequest request = request(text).mutate()
			.modelId(random.nextBoolean() ? "eleven_flash_v2_5" : "eleven_multilingual_v2")
			.options(options.withFallbackAllowed(fallback))
			.build();
		Listener listener = new Listener(number + " " + form + " " + cacheUse, this.clean.get(text), fallback);
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
			.onErrorResume((error) -> Mono.delay(BREATH).then())
			.thenReturn(number);
	}

	private SpeechRequest request(String text) {
		return SpeechRequest.of(text).voice(this.simulator.voiceIds().get(0)).format(OutputFormat.MP3_22050_32);
	}

	private void count(String ending) {
		this.endings.computeIfAbsent(ending, (name) -> new LongAdder()).increment();
	}

	private long endings(String ending) {
		LongAdder count = this.endings.get(ending);
		return (count != null) ? count.sum() : 0;
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
	 * Compares what one caller hears with the clean run, or with the fallback from the
	 * first byte on.
	 */
	private final class Listener {

		private final String name;

		private final byte[] clean;

		private final boolean fallback;

		private byte[] expected;

		private final AtomicBoolean ended = new AtomicBoolean();

		private int heard;

		Listener(String name, byte[] clean, boolean fallback) {
			this.name = name;
			this.clean = clean;
			this.expected = clean;
			this.fallback = fallback;
		}

		void hear(byte[] audio) {
			if (this.heard == 0 && this.fallback && Arrays.equals(audio, FALLBACK)) {
				this.expected = FALLBACK;
			}
			int end = this.heard + audio.length;
			if (end > this.expected.length || !Arrays.equals(audio, 0, audio.length, this.expected, this.heard, end)) {
				violated("other audio in " + this.heard + " to " + end + " of " + this.expected.length);
			}
			this.heard = end;
		}

		void complete() {
			if (this.heard != this.expected.length) {
				end("partial");
				violated("complete after " + this.heard + " of " + this.expected.length);
			}
			else {
				end((this.expected == this.clean) ? "spoken" : "degraded");
			}
		}

		void fail(Throwable error) {
			if (error instanceof ElevenLabsException known) {
				ChaosTests.this.errors.add(known.getKind());
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

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		SpeechFallback lostVoice() {
			return (request, error) -> Mono
				.just(new FallbackSpeech("lost voice", OutputFormat.MP3_22050_32, Flux.just(FALLBACK.clone())));
		}

	}

}
