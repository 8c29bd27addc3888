package io.github.elevenspring.resilience;

import io.github.elevenspring.call.Call;

/**
 * Tells whether the service is thought to work. Thread-safe; answers at once.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface Availability {

	/**
	 * Return whether a call has a chance.
	 * @param call the call
	 * @return {@code false} if it would be refused at once
	 */
	boolean isAvailable(Call call);

}
