package io.github.elevenspring.docs;

import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.resilience.CircuitBreakers;
import io.github.elevenspring.resilience.QuotaGateEvent;
import io.github.elevenspring.template.ElevenLabsOperations;

import org.springframework.context.event.EventListener;
import org.springframework.retry.annotation.Retryable;

/**
 * Snippets of the page on retry, circuit breaker and quota gate.
 */
class ResilienceSnippets {

	private final ElevenLabsOperations elevenLabs;

	private final Pager pager;

	ResilienceSnippets(ElevenLabsOperations elevenLabs, Pager pager) {
		this.elevenLabs = elevenLabs;
		this.pager = pager;
	}

	void closeByHand(CircuitBreakers breakers) {
		breakers.circuitBreaker(CircuitBreakers.SPEECH).transitionToClosedState();
	}

	@EventListener
	void creditsUsedUp(QuotaGateEvent event) {
		if (event.open()) {
			pager.call("ElevenLabs credits are used up");
		}
	}

	@Retryable(interceptor = "elevenLabsRetryInterceptor")
	public Speech announce(String text) {
		return this.elevenLabs.speech().convert(SpeechRequest.of(text)).block();
	}

	interface Pager {

		void call(String text);

	}

}
