package io.github.elevenspring.model.speech;

/**
 * Whether numbers, dates and the like are spelled out before they are spoken.
 *
 * @since 0.1.0
 */
public enum TextNormalization {

	/**
	 * The service decides.
	 */
	AUTO,

	/**
	 * Always.
	 */
	ON,

	/**
	 * Never.
	 */
	OFF

}
