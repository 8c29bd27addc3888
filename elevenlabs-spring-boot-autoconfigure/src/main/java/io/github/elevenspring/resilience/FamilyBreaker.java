package io.github.elevenspring.resilience;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * The circuit breaker of a family of operations, and who has yet to get to it: calls that
 * wait for a slot, and retries that wait for their time. Thread-safe.
 */
final class FamilyBreaker {

	private static final Log logger = LogFactory.getLog(CircuitBreakers.class);

	private final CircuitBreaker breaker;

	private final Scheduler timer;

	private final Set<Refusable> waiting = ConcurrentHashMap.newKeySet();

	/**
	 * How often it has opened without having closed, as Resilience4j counts for waits
	 * that grow. Written by one transition after the other.
	 */
	private volatile int openings;

	/**
	 * When it is expected to let a call try, or {@code null} if it does not say.
	 */
	private volatile @Nullable Instant openUntil;

	FamilyBreaker(CircuitBreaker breaker, Scheduler timer) {
		this.breaker = breaker;
		this.timer = timer;
		breaker.getEventPublisher().onStateTransition((event) -> moved(event.getStateTransition()));
	}

	CircuitBreaker breaker() {
		return this.breaker;
	}

	private String name() {
		return this.breaker.getName();
	}

	boolean isOpen() {
		State state = this.breaker.getState();
		return state == State.OPEN || state == State.FORCED_OPEN;
	}

	/**
	 * Tell whether a newcomer has no chance. It is the newcomers who make an open breaker
	 * notice that its time is over.
	 */
	boolean refusesNewcomer() {
		if (!isOpen()) {
			return false;
		}
		if (!this.breaker.tryAcquirePermission()) {
			return true;
		}
		this.breaker.releasePermission();
		return false;
	}

	ElevenLabsRejectedException refusal() {
		Instant until = isOpen() ? this.openUntil : null;
		Duration left = (until != null) ? Duration.between(now(), until) : null;
		return new ElevenLabsRejectedException(ErrorKind.BREAKER_OPEN,
				"ElevenLabs failed too often of late, so nothing was sent: try again later, or close the circuit breaker "
						+ name() + " if you know better",
				(left == null || !left.isNegative()) ? left : Duration.ZERO);
	}

	void add(Refusable waiting) {
		this.waiting.add(waiting);
	}

	void remove(Refusable waiting) {
		this.waiting.remove(waiting);
	}

	int waiting() {
		return this.waiting.size();
	}

	@SuppressWarnings("NonAtomicVolatileUpdate")
	private void moved(StateTransition transition) {
		switch (transition.getToState()) {
			case OPEN -> {
				this.openings++;
				Duration wait = Duration.ofMillis(this.breaker.getCircuitBreakerConfig()
					.getWaitIntervalFunctionInOpenState()
					.apply(this.openings));
				this.openUntil = now().plus(wait);
				logger.warn("ElevenLabs fails: circuit breaker " + name() + " opened for " + wait.toSeconds()
						+ " s, and calls are refused until then");
			}
			case FORCED_OPEN -> {
				forget();
				logger.warn("The circuit breaker " + name() + " opened until somebody closes it");
			}
			case CLOSED, DISABLED, METRICS_ONLY -> {
				forget();
				logger.info("The circuit breaker " + name() + " is "
						+ transition.getToState().name().toLowerCase(Locale.ROOT) + ": calls go through");
			}
			case HALF_OPEN -> {
			}
		}
		if (isOpen()) {
			// not here: whoever made it open has a call of its own to end
			this.timer.schedule(this::refuseWaiting);
		}
	}

	private void forget() {
		this.openings = 0;
		this.openUntil = null;
	}

	private void refuseWaiting() {
		for (Refusable waiting : this.waiting) {
			if (!isOpen()) {
				return;
			}
			try {
				waiting.refuse();
			}
			catch (RuntimeException ex) {
				logger.warn("A caller failed to hear that a circuit breaker opened", ex);
			}
		}
	}

	private Instant now() {
		return this.breaker.getCircuitBreakerConfig().getClock().instant();
	}

}
