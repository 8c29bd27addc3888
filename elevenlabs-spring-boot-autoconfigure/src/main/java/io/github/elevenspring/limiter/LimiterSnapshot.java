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
 * @param configuredLimit slots that were configured, headroom among them
 * @param learnedLimit slots the service was found to allow to this application, by its
 * word or by refusals, or {@code null} if nothing has been learned. More than the limit
 * where headroom or a limit set by hand forbids to use them; a limit that is shared tells
 * what it uses of them
 * @param queued calls that wait, by priority
 * @param tenants tenants with calls that wait, counted in each priority unless the limit
 * is shared
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
