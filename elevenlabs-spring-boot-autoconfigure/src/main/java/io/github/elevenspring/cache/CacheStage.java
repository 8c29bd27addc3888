package io.github.elevenspring.cache;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CacheResult;
import io.github.elevenspring.model.CacheUse;
import io.github.elevenspring.model.speech.SpeechRequest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Answers calls for speech with what is kept of equal calls, and lets those in flight at
 * the same time share one answer while it arrives. Other calls pass. A cache that fails
 * or is slow never fails a call. Thread-safe; nothing blocks.
 * <p>
 * Calls that share an answer make one call of the most urgent priority and the latest
 * deadline among them, on behalf of the tenant that came first. Cancelling one leaves the
 * others alone; cancelling the last one cancels the call. The first reports what it cost
 * and took, the others report no credits and no attempt.
 *
 * @since 0.1.0
 */
public final class CacheStage implements CallStage {

	private final SpeechCache cache;

	private final Flights flights;

	/**
	 * Create a stage.
	 * @param cache where answers are kept
	 * @param timer the one that measures the deadlines of calls
	 */
	public CacheStage(SpeechCache cache, Scheduler timer) {
		this.cache = cache;
		this.flights = new Flights(cache, timer);
	}

	@Override
	public Flux<ReplyPart> handle(Call call, CallChain next) {
		SoundKind kind = SoundKind.of(call);
		CacheUse use = call.options().cacheUse();
		if (kind == null) {
			return (use == CacheUse.STALE) ? nothingKept() : next.proceed(call);
		}
		return Flux.deferContextual((context) -> {
			CallProgress progress = CallProgress.of(context);
			if (use == CacheUse.BYPASS) {
				tell(progress, CacheResult.BYPASSED);
				return next.proceed(call);
			}
			String key = this.cache.keyOrNull(kind, (SpeechRequest) call.request());
			if (key == null) {
				tell(progress, CacheResult.UNAVAILABLE);
				return (use == CacheUse.STALE) ? nothingKept() : next.proceed(call);
			}
			if (use == CacheUse.STALE) {
				return this.cache.find(key, true)
					.onErrorResume((error) -> Mono.empty())
					.flatMapMany((kept) -> hit(progress, kept))
					.switchIfEmpty(nothingKept());
			}
			return (use == CacheUse.NORMAL) ? findOrFetch(progress, key, kind, call, next)
					: this.flights.join(new FlightPlan(key, kind, call, next, FlightPlan.NOT_LOOKED));
		});
	}

	private Flux<ReplyPart> findOrFetch(CallProgress progress, String key, SoundKind kind, Call call, CallChain next) {
		long missedAt = this.flights.departures();
		CachedReply kept = null;
		try {
			kept = this.cache.look(key);
		}
		catch (RuntimeException ex) {
			// The flight looks again, and reports it
			missedAt = FlightPlan.NOT_LOOKED;
		}
		if (kept != null) {
			return hit(progress, kept);
		}
		return this.flights
			.join(new FlightPlan(key, kind, call, next, this.cache.answersAtOnce() ? missedAt : FlightPlan.NOT_LOOKED));
	}

	private Flux<ReplyPart> hit(CallProgress progress, CachedReply kept) {
		tell(progress, CacheResult.HIT);
		return kept.parts();
	}

	private void tell(CallProgress progress, CacheResult result) {
		progress.cache(result);
		this.cache.count(result);
	}

	private static Flux<ReplyPart> nothingKept() {
		return Flux.error(() -> new ElevenLabsRejectedException(ErrorKind.NOT_FOUND,
				"The cache holds no answer to this call: make it without CacheUse.STALE to ask ElevenLabs"));
	}

}
