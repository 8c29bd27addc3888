package io.github.elevenspring.model;

/**
 * How urgent a call is compared with other calls of the same application.
 *
 * @since 0.1.0
 */
public enum Priority {

	/**
	 * Somebody waits for the sound now.
	 */
	INTERACTIVE,

	/**
	 * Somebody waits, but not for each second.
	 */
	NORMAL,

	/**
	 * Nobody waits: work that may run when there is room.
	 */
	BATCH

}
