package io.github.elevenspring.resilience;

import java.util.function.Predicate;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;

/**
 * What the circuit breakers take for a failure by default: the faults of the vendor, not
 * those of the request, of the account or of this application.
 *
 * @since 0.1.0
 */
public final class VendorFaults implements Predicate<Throwable> {

	@Override
	public boolean test(Throwable error) {
		return error instanceof ElevenLabsException known && !(error instanceof ElevenLabsRejectedException)
				&& switch (known.getKind()) {
					case SERVER, NETWORK, TIMEOUT, BUSY -> true;
					default -> false;
				};
	}

}
