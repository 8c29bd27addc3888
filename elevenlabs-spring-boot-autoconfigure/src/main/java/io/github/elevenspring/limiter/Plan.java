package io.github.elevenspring.limiter;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * The plans and what they allow at once (rate limiting post of June 2026; music and
 * dialogue from the pricing pages of October 2026).
 *
 * @since 0.1.0
 */
public enum Plan {

	/**
	 * Free.
	 */
	FREE(2, 4, 8, 6, 1, 14),

	/**
	 * Starter.
	 */
	STARTER(3, 6, 12, 9, 2, 21),

	/**
	 * Creator.
	 */
	CREATOR(5, 10, 20, 15, 2, 35),

	/**
	 * Pro.
	 */
	PRO(10, 20, 40, 30, 2, 70),

	/**
	 * Scale.
	 */
	SCALE(15, 30, 60, 45, 5, 105),

	/**
	 * Business.
	 */
	BUSINESS(15, 30, 60, 45, 5, 105),

	/**
	 * Enterprise, whose limits are negotiated: what business has, until the service or
	 * the configuration says more.
	 */
	ENTERPRISE(15, 30, 60, 45, 5, 105),

	/**
	 * Read from the account when the application is ready. Until then, and for a plan
	 * nobody has heard of, as little as the smallest allows; the service's answers teach
	 * the rest.
	 */
	AUTO(2, 4, 8, 6, 1, 14);

	private final int standard;

	private final int flash;

	private final int transcription;

	private final int realtimeTranscription;

	private final int music;

	private final int dialogue;

	Plan(int standard, int flash, int transcription, int realtimeTranscription, int music, int dialogue) {
		this.standard = standard;
		this.flash = flash;
		this.transcription = transcription;
		this.realtimeTranscription = realtimeTranscription;
		this.music = music;
		this.dialogue = dialogue;
	}

	/**
	 * Return what the plan allows at once.
	 * @param group the group of calls
	 * @return slots
	 */
	public int limit(ConcurrencyGroup group) {
		return switch (group) {
			case STANDARD, V4, OTHER -> this.standard;
			case FLASH -> this.flash;
			case TRANSCRIPTION -> this.transcription;
			case REALTIME_TRANSCRIPTION -> this.realtimeTranscription;
			case MUSIC -> this.music;
			case DIALOGUE -> this.dialogue;
		};
	}

	/**
	 * Return the plan of a tier as the account names it.
	 * @param tier name of the tier
	 * @return the plan, or {@code null} for a tier nobody has heard of
	 */
	public static @Nullable Plan ofTier(String tier) {
		for (Plan plan : values()) {
			if (plan != AUTO && tier.toLowerCase(Locale.ROOT).startsWith(plan.name().toLowerCase(Locale.ROOT))) {
				return plan;
			}
		}
		return null;
	}

}
