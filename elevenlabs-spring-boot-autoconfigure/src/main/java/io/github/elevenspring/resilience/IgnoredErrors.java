package io.github.elevenspring.resilience;

import java.util.function.Predicate;

import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsTransportException;

/**
 * What the circuit breakers leave out of the count by default: errors that say nothing of
 * the service, because they arose here, or because the caller did not give it the time to
 * answer. An answer that refuses a request is not among them: it proves that the service
 * lives.
 *
 * @since 0.1.0
 */
public final class IgnoredErrors implements Predicate<Throwable> {

	@Override
	public boolean test(Throwable error) {
		return (error instanceof ElevenLabsTransportException transport) ? transport.isDeadlineTooShort()
				: !(error instanceof ElevenLabsApiException);
	}

}
