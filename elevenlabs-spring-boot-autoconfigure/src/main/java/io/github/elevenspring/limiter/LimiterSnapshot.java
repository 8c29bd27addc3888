package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.Map;

import io.github.elevenspring.model.Priority;
import org.jspecify.annotations.Nullable;

/**
 * The state of a limiter at one moment.
 *
 * @param inFlight slots in use
 * @param limit slots that may be in use now
 * @param configuredLimit slots that were configured
 * @param learnedLimit slots the service allows to this application, or {@code null} if it
 * has not said so yet
 * @param queued calls that wait, by priority
 * @param tenants tenants with calls that wait, counted in each priority
 * @param expectedWait how long a new call of the lowest priority would wait
 * @param oldestWait how long the oldest call has waited
 * @since 0.1.0
 */
public record LimiterSnapshot(int inFlight, int limit, int configuredLimit, @Nullable Integer learnedLimit,
		Map<Priority, Integer> queued, int tenants, Duration expectedWait, Duration oldestWait) {

	/**
	 * Return how many calls wait in all.
	 * @return the number of calls
	 */
	public int waiting() {
		return this.queued.values().stream().mapToInt(Integer::intValue).sum();
	}

}
