package io.github.elevenspring.model;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What it took to get a reply, and whether it is what was asked for.
 *
 * @param attempts requests that were sent to ElevenLabs for the call until its first byte
 * came, zero if the answer came from elsewhere
 * @param queueWait time that the call waited for a slot, of all its attempts together
 * @param cache what the cache did for the call
 * @param degradation how the answer differs from what was asked for, or {@code null} if
 * it does not
 * @since 0.1.0
 */
public record Delivery(int attempts, Duration queueWait, CacheResult cache, @Nullable Degradation degradation) {

	/**
	 * A reply to the first request, which did not wait.
	 */
	public static final Delivery DIRECT = new Delivery(1, Duration.ZERO, CacheResult.NONE, null);

	/**
	 * Return whether the answer is something else than what was asked for.
	 * @return whether a fallback took part
	 */
	public boolean isDegraded() {
		return this.degradation != null;
	}

}
