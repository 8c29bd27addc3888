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
 * now and then what is left, and closes when credits were added, or the count has started
 * again.
 * <p>
 * Where the account does not know better than the service it is not asked again: a
 * restricted key may not read it, and a key with a quota of its own is refused while the
 * account has plenty. Then texts pass once in an interval until the service has refused
 * one, and the gate stays open until one as long as what was refused has been spoken.
 * <p>
 * Thread-safe. Nothing blocks, and nothing is scheduled while the gate is closed.
 *
 * @since 0.1.0
 */
public final class QuotaGate implements AutoCloseable {

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

	private boolean forced;

	private long refusedAt;

	/**
	 * Whether only the service itself can tell that there are credits again.
	 */
	private boolean accountIsNoHelp;

	private boolean asking;

	private boolean asked;

	private long askedAt;

	private long remaining = UNKNOWN;

	private @Nullable Instant reset;

	/**
	 * Create a gate that is closed.
	 * @param source tells what is left
	 * @param probeInterval shortest time between two questions, or two tries where the
	 * account does not tell
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
	 * Open the gate by hand: all speech is refused until {@link #reset()}, whatever the
	 * account has.
	 */
	public void forceOpen() {
		change("by hand, and all speech is refused here until it is reset", () -> this.forced = true);
	}

	/**
	 * Close the gate by hand, as after a top-up: what was refused is forgotten.
	 */
	public void reset() {
		change("by hand", () -> {
			this.forced = false;
			this.refused.clear();
		});
	}

	/**
	 * Stop asking, for good. The gate stays as it is, and nobody is told.
	 */
	@Override
	public void close() {
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
		synchronized (this) {
			if (this.forced) {
				return new ElevenLabsRejectedException(ErrorKind.QUOTA,
						"The quota gate was opened by hand, so nothing was sent: reset it");
			}
			Integer shortest = this.refused.get(keyOf(request));
			if (shortest == null || lengthOf(request) < shortest || isTrial()) {
				return null;
			}
			return new ElevenLabsRejectedException(ErrorKind.QUOTA,
					"A text no longer than this one was refused for lack of credits, so nothing was sent: add credits,"
							+ " or wait until they are renewed",
					untilReset());
		}
	}

	private @Nullable Duration untilReset() {
		if (this.reset == null) {
			return null;
		}
		Duration left = Duration.between(this.clock.instant(), this.reset);
		return left.isNegative() ? Duration.ZERO : left;
	}

	/**
	 * Take note of a request that the service refused for lack of credits.
	 * @param request the request
	 */
	void refusedByService(SpeechRequest request) {
		change("a text was refused for lack of credits, and as long ones are refused here until there are more", () -> {
			boolean room = this.refused.size() < MOST_MODELS;
			String model = room ? modelOf(request) : keyOf(request);
			this.refused.merge(model, lengthOf(request), Math::min);
			this.refusedAt = this.timer.now(TimeUnit.NANOSECONDS);
		});
		startAsking();
	}

	/**
	 * Take note of a request that the service has spoken to the end.
	 * @param request the request
	 */
	void spoken(SpeechRequest request) {
		if (this.open) {
			change("a text as long as those that were refused was spoken", () -> {
				// before, it may have been paid for with the credits that are gone now
				if (isTrial()) {
					this.refused.computeIfPresent(keyOf(request),
							(key, shortest) -> (lengthOf(request) < shortest) ? shortest : null);
				}
			});
		}
	}

	private boolean isTrial() {
		return this.accountIsNoHelp
				&& this.timer.now(TimeUnit.NANOSECONDS) - this.refusedAt >= this.probeInterval.toNanos();
	}

	private void change(String reason, Runnable change) {
		boolean changed;
		boolean noted;
		boolean idle;
		QuotaGateEvent event;
		synchronized (this) {
			boolean openBefore = this.open;
			boolean forcedBefore = this.forced;
			change.run();
			idle = this.refused.isEmpty();
			if (idle) {
				this.remaining = UNKNOWN;
				this.accountIsNoHelp = false;
			}
			this.open = this.forced || !idle;
			changed = this.open != openBefore;
			noted = changed || this.forced != forcedBefore;
			event = new QuotaGateEvent(this.open, this.reset);
		}
		if (idle) {
			this.questions.update(Disposables.disposed());
		}
		if (noted) {
			note(event, reason);
		}
		if (changed) {
			tell(event);
		}
	}

	private static void note(QuotaGateEvent event, String reason) {
		if (event.open()) {
			logger.warn("The quota gate opened: " + reason);
		}
		else {
			logger.info("The quota gate closed: " + reason);
		}
	}

	private void tell(QuotaGateEvent event) {
		try {
			this.listener.accept(event);
		}
		catch (RuntimeException ex) {
			logger.warn("A listener to the quota gate failed", ex);
		}
	}

	private void startAsking() {
		synchronized (this) {
			if (this.asking || !isAsking() || this.questions.isDisposed()) {
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
		return !this.refused.isEmpty() && !this.accountIsNoHelp;
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
		change("credits were added or renewed", () -> {
			boolean more = this.remaining != UNKNOWN && quota.remaining() > this.remaining;
			this.remaining = quota.remaining();
			this.reset = quota.reset();
			if (more) {
				this.refused.clear();
			}
		});
		if (wouldDo(quota)) {
			stopAsking("It has credits for a text that was refused, so the key may have a quota of its own");
		}
	}

	private synchronized boolean wouldDo(Quota quota) {
		return this.refused.values().stream().anyMatch((length) -> length <= quota.remaining());
	}

	private void cannotLearn(Throwable error) {
		logger.debug("What is left of the credits cannot be asked", error);
		boolean never = error instanceof ElevenLabsException known && !known.getKind().isTransient();
		if (never) {
			stopAsking("A restricted key needs the permission user_read for that (" + error.getMessage() + ")");
		}
	}

	private void stopAsking(String reason) {
		synchronized (this) {
			if (this.refused.isEmpty()) {
				return;
			}
			this.accountIsNoHelp = true;
		}
		logger.warn("The account does not tell when there are credits again, so a text is sent every "
				+ this.probeInterval + " to find out. " + reason);
	}

	/**
	 * Return the model under which the refusal of such a request is found.
	 */
	private String keyOf(SpeechRequest request) {
		String model = modelOf(request);
		return this.refused.containsKey(model) ? model : OTHER_MODELS;
	}

	private static String modelOf(SpeechRequest request) {
		String model = request.modelId();
		return (model != null) ? model : "";
	}

	private static int lengthOf(SpeechRequest request) {
		return request.text().codePointCount(0, request.text().length());
	}

}
