package io.github.elevenspring.fallback;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.util.Assert;

/**
 * Answers speech that failed by the steps of a chain: the configured ones in their order,
 * each only after the errors it is meant for, and none once a byte has gone out, nor for
 * requests that refuse it. If all fail, the caller gets the first error, with the others
 * suppressed. A step that costs money is not taken while what failed may have been
 * billed.
 * <p>
 * Whatever happens counts for the deadline of the call. Cancelling ends the step that is
 * being tried. Thread-safe.
 *
 * @since 0.1.0
 */
public final class FallbackStage implements CallStage {

	private static final Log logger = LogFactory.getLog(FallbackStage.class);

	private final List<FallbackStep> steps;

	private final Scheduler timer;

	private final DegradationLog log;

	private final Consumer<SpeechDegradedEvent> listener;

	/**
	 * Create a stage.
	 * @param settings the steps and their order
	 * @param engines engines of the application, in the order in which they are asked
	 * @param models tells the longest text of each model
	 * @param timer measures the time
	 * @param listener is told of each fallback that speaks, right before its first byte
	 */
	public FallbackStage(FallbackSettings settings, List<SpeechFallback> engines, ModelCatalog models, Scheduler timer,
			Consumer<SpeechDegradedEvent> listener) {
		this.steps = settings.chain()
			.stream()
			.flatMap((kind) -> steps(kind, settings, engines, models).stream())
			.toList();
		this.timer = timer;
		this.log = new DegradationLog(now(timer));
		this.listener = listener;
	}

	private static List<FallbackStep> steps(Degradation.Kind kind, FallbackSettings settings,
			List<SpeechFallback> engines, ModelCatalog models) {
		return switch (kind) {
			case STALE_CACHE -> List.of(OtherRequestStep.staleCache(settings));
			case MODEL -> List.of(OtherRequestStep.model(settings, models));
			case VOICE -> List.of(OtherRequestStep.voice(settings));
			case ENGINE -> {
				Assert.notEmpty(engines, "'chain' names ENGINE, which needs 'engines'");
				List<FallbackStep> steps = new ArrayList<>();
				engines.forEach((engine) -> steps
					.add(new EngineStep(engine, settings.errorsFor(kind), Schedulers.boundedElastic())));
				yield steps;
			}
		};
	}

	@Override
	public Flux<ReplyPart> handle(Call call, CallChain next) {
		if (this.steps.isEmpty() || !(call.request() instanceof SpeechRequest request)
				|| !call.options().fallbackAllowed()) {
			return next.proceed(call);
		}
		return next.proceed(call, (actual) -> new FallbackOperator(actual, (failure) -> tryStep(0,
				new FailedCall(call, request, failure, List.of()), next, CallProgress.of(actual.currentContext()))));
	}

	private Flux<ReplyPart> tryStep(int number, FailedCall failed, CallChain next, CallProgress progress) {
		if (number == this.steps.size() || progress.remaining(now(this.timer)) <= 0) {
			return Flux.error(failed.explained());
		}
		FallbackStep step = this.steps.get(number);
		if (!step.isFor(failed)) {
			return tryStep(number + 1, failed, next, progress);
		}
		Flux<ReplyPart> reply = step.substitute(failed, next)
			.flatMapMany((substitute) -> substitute.reply().doOnNext((part) -> {
				if (part instanceof ReplyPart.Head) {
					announce(failed, substitute.degradation(), progress);
				}
			}));
		return orElse(reply, (error) -> tryStep(number + 1, failed.and(error), next, progress))
			.switchIfEmpty(Flux.defer(() -> tryStep(number + 1, failed, next, progress)));
	}

	/**
	 * Answer otherwise when a reply fails, unless a part of it has been passed on.
	 */
	private static Flux<ReplyPart> orElse(Flux<ReplyPart> reply, Function<Throwable, Flux<ReplyPart>> otherwise) {
		return Flux.defer(() -> {
			AtomicBoolean committed = new AtomicBoolean();
			return reply.doOnNext((part) -> committed.setPlain(true))
				.onErrorResume((error) -> committed.getPlain() ? Flux.error(error) : otherwise.apply(error));
		});
	}

	private void announce(FailedCall failed, Degradation degradation, CallProgress progress) {
		progress.degraded(degradation);
		SpeechDegradedEvent event = new SpeechDegradedEvent(failed.call().operation(), failed.request().modelId(),
				failed.request().voiceId(), degradation, failed.error());
		this.log.report(event, now(this.timer));
		try {
			this.listener.accept(event);
		}
		catch (RuntimeException ex) {
			logger.warn("A listener to fallbacks failed", ex);
		}
	}

	private static long now(Scheduler timer) {
		return timer.now(TimeUnit.NANOSECONDS);
	}

}
