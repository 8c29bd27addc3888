package io.github.elevenspring.benchmarks;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.elevenspring.cache.CacheSettings;
import io.github.elevenspring.cache.CacheStage;
import io.github.elevenspring.cache.CacheTier;
import io.github.elevenspring.cache.SpeechCache;
import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.ReplyMetadata;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.cache.caffeine.CaffeineCache;
import org.springframework.http.HttpHeaders;

/**
 * What it takes to answer a call from memory: 1,000 characters asked, 32 KB of audio
 * answered. The peers take the request itself as their key and hand out their own array;
 * those that copy, copy it once too. Each Mono has its value when it is subscribed to, so
 * that nothing waits in {@code block()}.
 */
public class CacheBenchmark extends LatencyBenchmark {

	private static final int AUDIO_SIZE = 32 * 1024;

	private static final int TEXT_SIZE = 1000;

	private static final int ENOUGH_TO_FILL = 3000;

	private final byte[] audio = new byte[AUDIO_SIZE];

	private final Call call = new Call(Operation.SPEECH_STREAM,
			SpeechRequest.builder("a".repeat(TEXT_SIZE)).voiceId("voice").modelId("model").build());

	private final CallChain service = (call) -> Flux.just(
			new ReplyPart.Head(200, new HttpHeaders(), new ReplyMetadata("id", null, null, 1L, null, null, null, null)),
			new ReplyPart.Chunk(this.audio.clone()));

	private final CacheStage stage = new CacheStage(new SpeechCache(List.of(Starter.nearCacheTier()),
			new CacheSettings(Duration.ofDays(1), Duration.ZERO, 4 << 20), () -> "https://api.elevenlabs.io",
			UnaryOperator.identity(), Clock.systemUTC()), Schedulers.parallel());

	private final Cache<Object, byte[]> caffeine = Caffeine.newBuilder().maximumSize(1000).build();

	private final AsyncCache<Object, Object> async = Caffeine.newBuilder().maximumSize(1000).buildAsync();

	private final CaffeineCache spring = new CaffeineCache("speech", this.async, false);

	/**
	 * Fill the caches: the library's own, so that it is as busy as in life, and those of
	 * the peers with the one answer.
	 */
	public CacheBenchmark() {
		for (int i = 0; i < ENOUGH_TO_FILL; i++) {
			speak(new Call(Operation.SPEECH_STREAM, SpeechRequest.builder("Text " + i).voiceId("voice").build()));
			speak(this.call);
		}
		this.caffeine.put(this.call.request(), this.audio);
		this.async.put(this.call.request(), CompletableFuture.completedFuture(this.audio));
	}

	private Draining speak(Call call) {
		Draining subscriber = new Draining();
		this.stage.handle(call, this.service).subscribe(subscriber);
		return subscriber;
	}

	/**
	 * The copy of the audio that each answer takes.
	 * @return the copy
	 */
	@Benchmark
	public byte[] copyAlone() {
		return Arrays.copyOf(this.audio, this.audio.length);
	}

	/**
	 * This library, with the copy.
	 * @return the audio
	 */
	@Benchmark
	public byte @Nullable [] cacheStage() {
		return (speak(this.call).served() instanceof ReplyPart.Chunk audio) ? audio.ownBytes() : null;
	}

	/**
	 * Caffeine in a Mono, with the copy.
	 * @return the audio
	 */
	@Benchmark
	public @Nullable Object caffeineMono() {
		return Mono.fromSupplier(() -> this.caffeine.getIfPresent(this.call.request())).map(byte[]::clone).block();
	}

	/**
	 * What Spring's cache annotations do for a method that returns a Mono, with the copy.
	 * @return the audio
	 */
	@Benchmark
	public @Nullable Object springCacheMono() {
		return Mono.fromFuture(
				() -> this.spring.retrieve(this.call.request(), () -> CompletableFuture.completedFuture(this.audio)))
			.map(byte[]::clone)
			.block();
	}

}
