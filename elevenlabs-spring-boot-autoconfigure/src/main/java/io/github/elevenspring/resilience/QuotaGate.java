package io.github.elevenspring.resilience;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Keeps speech back that the account cannot pay for. It opens when the service refuses a
 * text for lack of credits, and remembers for each model the shortest text that was
 * refused: what is shorter may still be affordable and passes. While it is open it asks
 * now and then what is left, and closes when credits were added, when the count has
 * started again, or when what is left would do for all that was refused.
 * <p>
 * Thread-safe. Nothing blocks, and nothing is scheduled while the gate is closed.
 *
 * @since 0.1.0
 */
public final class QuotaGate {

	private static final Log logger = LogFactory.getLog(QuotaGate.class);

	/**
	 * Ids of models come from users, so they are not remembered without bound.
	 */
	private static final int MOST_MODELS = 100;

	private static final String OTHER_MODELS = "*";

	private static final long UNKNOWN = -1;

	private static final Duration PAST_RESET = Duration.ofSeconds(1);

	private final QuotaSource source;

	private final Duration probeInterval;

	private final Consumer<QuotaGateEvent> listener;

	private final Scheduler timer;

	private final Clock clock;

	private final Disposable.Swap questions = Disposables.swap();

	private volatile boolean open;

	/**
	 * The shortest text that was refused, by model. Guarded by this, as all that follows.
	 */
	private final Map<String, Integer> refused = new HashMap<>();

	private boolean byHand;

	private boolean asking;

	private boolean asked;

	private long askedAt;

	private long remaining = UNKNOWN;

	private @Nullable Instant reset;

	/**
	 * Create a gate that is closed.
	 * @param source tells what is left
	 * @param probeInterval shortest time between two questions
	 * @param listener is told when the gate opens and closes, on the thread that made it
	 * @param timer measures the time
	 * @param clock tells the time of day
	 */
	public QuotaGate(QuotaSource source, Duration probeInterval, Consumer<QuotaGateEvent> listener, Scheduler timer,
			Clock clock) {
		this.source = source;
		this.probeInterval = probeInterval;
		this.listener = listener;
		this.timer = timer;
		this.clock = clock;
	}

	/**
	 * Return whether calls are kept back, all or some.
	 * @return whether the gate is open
	 */
	public boolean isOpen() {
		return this.open;
	}

	/**
	 * Open the gate by hand: all speech is refused until {@link #close()}.
	 */
	public void open() {
		change(() -> this.byHand = true);
	}

	/**
	 * Close the gate by hand, as after a top-up: what was refused is forgotten.
	 */
	public void close() {
		change(() -> {
			this.byHand = false;
			this.refused.clear();
		});
	}

	/**
	 * Stop asking, for good.
	 */
	public void stop() {
		this.questions.dispose();
	}

	/**
	 * Return why a request is kept back.
	 * @param request the request
	 * @return the error, or {@code null} if the request may pass
	 */
	@Nullable ElevenLabsRejectedException refusal(SpeechRequest request) {
		if (!this.open) {
			return null;
		}
		Instant reset;
		synchronized (this) {
			Integer shortest = this.refused.getOrDefault(modelOf(request), this.refused.get(OTHER_MODELS));
			if (!this.byHand && (shortest == null || lengthOf(request) < shortest)) {
				return null;
			}
			reset = this.reset;
		}
		Duration left = (reset != null) ? Duration.between(this.clock.instant(), reset) : null;
		return new ElevenLabsRejectedException(ErrorKind.QUOTA,
				"The credits of the account are used up, so nothing was sent: add credits, or wait until they are renewed",
				(left == null || !left.isNegative()) ? left : Duration.ZERO);
	}

	/**
	 * Take note of a request that the service refused for lack of credits.
	 * @param request the request
	 */
	void refusedByService(SpeechRequest request) {
		change(() -> {
			String model = modelOf(request);
			boolean room = this.refused.containsKey(model) || this.refused.size() < MOST_MODELS;
			this.refused.merge(room ? model : OTHER_MODELS, lengthOf(request), Math::min);
		});
		startAsking();
	}

	private void change(Runnable change) {
		boolean changed;
		boolean idle;
		QuotaGateEvent event;
		synchronized (this) {
			boolean before = this.open;
			change.run();
			idle = this.refused.isEmpty();
			this.remaining = idle ? UNKNOWN : this.remaining;
			this.open = this.byHand || !idle;
			changed = this.open != before;
			event = new QuotaGateEvent(this.open, this.reset);
		}
		if (idle) {
			this.questions.update(Disposables.disposed());
		}
		if (changed) {
			tell(event);
		}
	}

	private void tell(QuotaGateEvent event) {
		if (event.open()) {
			logger.warn("The credits of the account are used up: speech that it cannot pay for is refused here until"
					+ " credits are added or renewed");
		}
		else {
			logger.info("The account has credits again: speech goes on");
		}
		try {
			this.listener.accept(event);
		}
		catch (RuntimeException ex) {
			logger.warn("A listener to the quota gate failed", ex);
		}
	}

	private void startAsking() {
		synchronized (this) {
			if (this.asking || this.refused.isEmpty() || this.questions.isDisposed()) {
				return;
			}
			this.asking = true;
		}
		Mono.defer(() -> Mono.delay(untilNextQuestion(), this.timer))
			.then(Mono.defer(this::ask))
			.repeat(this::isAsking)
			.doFinally((end) -> askedLast())
			.doOnSubscribe((subscription) -> this.questions.update(subscription::cancel))
			.subscribe();
	}

	private synchronized boolean isAsking() {
		return !this.refused.isEmpty();
	}

	private void askedLast() {
		synchronized (this) {
			this.asking = false;
		}
		// the gate may have opened again while it was about to stop
		startAsking();
	}

	private synchronized Duration untilNextQuestion() {
		if (!this.asked) {
			return Duration.ZERO;
		}
		Duration pause = this.probeInterval;
		if (this.reset != null) {
			Duration untilReset = Duration.between(this.clock.instant(), this.reset).plus(PAST_RESET);
			if (!untilReset.isNegative() && untilReset.compareTo(pause) < 0) {
				pause = untilReset;
			}
		}
		Duration left = pause.minusNanos(this.timer.now(TimeUnit.NANOSECONDS) - this.askedAt);
		return left.isNegative() ? Duration.ZERO : left;
	}

	private Mono<Void> ask() {
		synchronized (this) {
			this.asked = true;
			this.askedAt = this.timer.now(TimeUnit.NANOSECONDS);
		}
		return this.source.quota().doOnNext(this::learn).doOnError(this::cannotLearn).onErrorComplete().then();
	}

	private void learn(Quota quota) {
		change(() -> {
			boolean more = this.remaining != UNKNOWN && quota.remaining() > this.remaining;
			this.remaining = quota.remaining();
			this.reset = quota.reset();
			this.refused.values().removeIf((length) -> more || length <= quota.remaining());
		});
	}

	private void cannotLearn(Throwable error) {
		logger.debug("What is left of the credits cannot be asked", error);
		boolean never = error instanceof ElevenLabsException known && !known.getKind().isTransient();
		if (never) {
			// the next call asks instead
			change(this.refused::clear);
		}
	}

	private static String modelOf(SpeechRequest request) {
		String model = request.modelId();
		return (model != null) ? model : "";
	}

	private static int lengthOf(SpeechRequest request) {
		return request.text().codePointCount(0, request.text().length());
	}

}
