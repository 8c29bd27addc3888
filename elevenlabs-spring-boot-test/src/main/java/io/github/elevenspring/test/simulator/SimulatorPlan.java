package io.github.elevenspring.test.simulator;

import java.util.Map;

/**
 * The plans of ElevenLabs with what they allow: requests in flight per concurrency group,
 * and credits per month.
 *
 * @since 0.1.0
 */
public enum SimulatorPlan {

	// ElevenLabs blog "AI rate limiting for voice", 2026-06-26, and price page, 2026-10

	/**
	 * Two requests, four on flash and turbo, 10,000 credits.
	 */
	FREE(2, 4, 10_000),

	/**
	 * Three requests, six on flash and turbo, 30,000 credits.
	 */
	STARTER(3, 6, 30_000),

	/**
	 * Five requests, ten on flash and turbo, 121,000 credits.
	 */
	CREATOR(5, 10, 121_000),

	/**
	 * Ten requests, twenty on flash and turbo, 600,000 credits.
	 */
	PRO(10, 20, 600_000),

	/**
	 * Fifteen requests, thirty on flash and turbo, 1.8 million credits.
	 */
	SCALE(15, 30, 1_800_000),

	/**
	 * As many requests as on Scale, 6 million credits.
	 */
	BUSINESS(15, 30, 6_000_000),

	/**
	 * The vendor only says "elevated": sixty requests, 120 on flash and turbo and 60
	 * million credits here.
	 */
	ENTERPRISE(60, 120, 60_000_000);

	private final int standard;

	private final int turbo;

	private final long credits;

	SimulatorPlan(int standard, int turbo, long credits) {
		this.standard = standard;
		this.turbo = turbo;
		this.credits = credits;
	}

	/**
	 * Return how many requests may be in flight, by concurrency group.
	 * @return the limits
	 */
	public Map<String, Integer> limits() {
		return Map.of(ModelCatalog.STANDARD, this.standard, ModelCatalog.TURBO, this.turbo, ModelCatalog.V4,
				this.standard);
	}

	/**
	 * Return the credits of one month.
	 * @return the credits
	 */
	public long credits() {
		return this.credits;
	}

}
