package io.github.elevenspring.cache;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.github.elevenspring.model.CacheResult;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Spoken answers that are kept, in one tier or several, the nearest first. A tier that
 * fails is passed over, and said so in the log once a minute. Thread-safe; nothing
 * blocks.
 *
 * @since 0.1.0
 */
public final class SpeechCache {

	private static final Log logger = LogFactory.getLog(SpeechCache.class);

	private static final long LOG_EVERY_MILLIS = Duration.ofMinutes(1).toMillis();

	private final List<CacheTier> tiers;

	private final CacheSettings settings;

	private final Supplier<String> scope;

	private final UnaryOperator<SpeechRequest> defaults;

	private final Clock clock;

	private final long ttlMillis;

	private final long lifetimeMillis;

	private final LongAdder[] requests = new LongAdder[CacheResult.values().length];

	private final AtomicLong silentUntil = new AtomicLong();

	/**
	 * How often something was thrown away. An answer that was on its way from one tier to
	 * another meanwhile may be among it.
	 */
	private final AtomicLong evictions = new AtomicLong();

	/**
	 * Create a cache.
	 * @param tiers where answers are kept, the nearest first
	 * @param settings how long, and how large they may be
	 * @param scope tells what names of voices belong to, such as the address of the
	 * service: answers of another scope are not found
	 * @param defaults fills in what a request leaves open
	 * @param clock tells the age of answers
	 */
	public SpeechCache(List<CacheTier> tiers, CacheSettings settings, Supplier<String> scope,
			UnaryOperator<SpeechRequest> defaults, Clock clock) {
		this.tiers = List.copyOf(tiers);
		this.settings = settings;
		this.scope = scope;
		this.defaults = defaults;
		this.clock = clock;
		this.ttlMillis = settings.ttl().toMillis();
		this.lifetimeMillis = settings.lifetime().toMillis();
		Arrays.setAll(this.requests, (i) -> new LongAdder());
	}

	/**
	 * Throw away what is kept for a request, in whatever form it was asked for. An equal
	 * call in flight is not affected and keeps its answer when it has ended.
	 * @param request the request, where what it leaves open is as configured
	 * @return the end of the work, which begins on subscription
	 */
	public Mono<Void> evict(SpeechRequest request) {
		return Mono.defer(() -> {
			SpeechRequest complete = this.defaults.apply(request);
			return Flux.fromArray(SoundKind.values())
				.map((kind) -> key(kind, complete))
				.concatMap((key) -> throwAway((tier) -> tier.evict(key)))
				.then();
		});
	}

	/**
	 * Throw away all that is kept.
	 * @return the end of the work, which begins on subscription
	 */
	public Mono<Void> clear() {
		return throwAway(CacheTier::clear);
	}

	/**
	 * Return whether answers are kept. Without a tier there are none, and equal calls in
	 * flight share one all the same.
	 * @return whether there is a tier
	 */
	public boolean keepsAnswers() {
		return !this.tiers.isEmpty();
	}

	/**
	 * Return whether answers are kept beyond their time, for calls that take an old one.
	 * @return whether there is a tier, and time to find them there
	 */
	public boolean keepsOldAnswers() {
		return keepsAnswers() && !this.settings.staleTtl().isZero();
	}

	/**
	 * Return how many look-ups had a result. A call that falls back may look up several
	 * times.
	 * @param result what the cache did
	 * @return the number since the start
	 */
	public long requests(CacheResult result) {
		return this.requests[result.ordinal()].sum();
	}

	void count(CacheResult result) {
		this.requests[result.ordinal()].increment();
	}

	String key(SoundKind kind, SpeechRequest request) {
		return CacheKeys.of(kind, this.scope.get(), request);
	}

	/**
	 * Return the key of an answer, or {@code null} if it is not known to whom names of
	 * voices belong.
	 */
	@Nullable String keyOrNull(SoundKind kind, SpeechRequest request) {
		try {
			return key(kind, request);
		}
		catch (RuntimeException ex) {
			report(ex);
			return null;
		}
	}

	int maxEntrySize() {
		return this.settings.maxEntrySize();
	}

	long now() {
		return this.clock.millis();
	}

	/**
	 * Look for an answer where that takes no time.
	 * @param key the key
	 * @return the answer, or {@code null} if there is none, or none that is known at once
	 * @throws RuntimeException if the cache cannot say
	 */
	@Nullable CachedReply look(String key) {
		CachedReply reply = this.tiers.isEmpty() ? null : this.tiers.get(0).peek(key);
		return (reply != null && reply.age(now()) < this.ttlMillis) ? reply : null;
	}

	/**
	 * Return whether looking everywhere takes no time.
	 */
	boolean answersAtOnce() {
		return this.tiers.isEmpty() || (this.tiers.size() == 1 && this.tiers.get(0) instanceof InMemoryTier);
	}

	/**
	 * Look for an answer everywhere.
	 * @param key the key
	 * @param stale whether an answer will do whose time is over
	 * @return the answer, or nothing if there is none, or an error if there is none but
	 * not everybody could say
	 */
	Mono<CachedReply> find(String key, boolean stale) {
		long longest = stale ? this.lifetimeMillis : this.ttlMillis;
		return Mono.defer(() -> {
			long before = this.evictions.get();
			return Flux.range(0, this.tiers.size())
				.concatMapDelayError((i) -> this.tiers.get(i)
					.get(key)
					.filter((reply) -> reply.age(now()) < longest)
					.flatMap((reply) -> promote(key, reply, this.tiers.subList(0, i), before).thenReturn(reply))
					.doOnError(this::report))
				.next();
		});
	}

	private Mono<Void> promote(String key, CachedReply reply, List<CacheTier> nearer, long before) {
		return atEach(nearer, (tier) -> tier.put(key, reply)).then(Mono
			.defer(() -> (this.evictions.get() != before) ? atEach(nearer, (tier) -> tier.evict(key)) : Mono.empty()));
	}

	/**
	 * Keep an answer, in the nearest tier before this returns if that takes no time.
	 * @param key the key
	 * @param reply the answer
	 * @return the end of the work, which is never an error
	 */
	Mono<Void> put(String key, CachedReply reply) {
		return atEach(this.tiers, (tier) -> tier.put(key, reply));
	}

	private Mono<Void> atEach(List<CacheTier> tiers, Function<CacheTier, Mono<Void>> work) {
		Function<CacheTier, Mono<Void>> quietly = (tier) -> work.apply(tier).doOnError(this::report).onErrorComplete();
		return (tiers.size() == 1) ? quietly.apply(tiers.get(0)) : Flux.fromIterable(tiers).concatMap(quietly).then();
	}

	/**
	 * Throw away at all tiers, then once more from the far to the near: what was brought
	 * near after its tier was done is either found there, or finds the number changed.
	 */
	private Mono<Void> throwAway(Function<CacheTier, Mono<Void>> work) {
		List<CacheTier> again = new ArrayList<>(this.tiers.subList(0, Math.max(0, this.tiers.size() - 1)));
		Collections.reverse(again);
		return Flux.concat(Flux.fromIterable(this.tiers), Flux.fromIterable(again))
			.concatMapDelayError((tier) -> work.apply(tier).doOnTerminate(this.evictions::incrementAndGet))
			.then();
	}

	void report(Throwable error) {
		if (error instanceof CacheUnavailableException) {
			return;
		}
		long now = now();
		long until = this.silentUntil.get();
		if (now >= until && this.silentUntil.compareAndSet(until, now + LOG_EVERY_MILLIS)) {
			logger.warn("The speech cache fails, calls go on without it: " + error);
		}
	}

}
