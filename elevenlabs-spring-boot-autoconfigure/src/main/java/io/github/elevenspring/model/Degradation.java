package io.github.elevenspring.model;

import java.util.Locale;

import io.github.elevenspring.error.ErrorKind;
import org.jspecify.annotations.Nullable;

/**
 * How an answer differs from what was asked for, and why.
 *
 * @param kind what stands in for what was asked for
 * @param cause what went wrong with what was asked for
 * @param substitute id of the model or voice, or name of the engine, that spoke instead,
 * or {@code null} for audio from the cache
 * @param format the format of the audio if it is not the one that was asked for
 * @since 0.1.0
 */
public record Degradation(Kind kind, ErrorKind cause, @Nullable String substitute, @Nullable OutputFormat format) {

	/**
	 * What can stand in for what was asked for.
	 */
	public enum Kind {

		/**
		 * Audio from the cache whose time was over.
		 */
		STALE_CACHE,

		/**
		 * Another model of the account.
		 */
		MODEL,

		/**
		 * Another voice.
		 */
		VOICE,

		/**
		 * Another engine, which the application brought.
		 */
		ENGINE;

		private final String id = name().toLowerCase(Locale.ROOT).replace('_', '-');

		/**
		 * Return the name used in properties, headers and telemetry.
		 * @return the name, such as {@code stale-cache}
		 */
		public String id() {
			return this.id;
		}

	}

}
