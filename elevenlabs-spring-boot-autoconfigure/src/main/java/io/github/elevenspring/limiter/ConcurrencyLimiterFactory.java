package io.github.elevenspring.limiter;

/**
 * Makes the limiter of a group.
 */
@FunctionalInterface
interface ConcurrencyLimiterFactory {

	/**
	 * Make a limiter.
	 * @param group the group of calls
	 * @param limit slots that are configured
	 * @param binding whether the limit holds against the service's word
	 * @return the limiter
	 */
	ConcurrencyLimiter create(ConcurrencyGroup group, int limit, boolean binding);

}
