package io.github.elevenspring.test.simulator.speech;

/**
 * What is to be said, by whom and in which format. Equal scripts give equal bytes.
 *
 * @param text the text
 * @param timbre who says it
 * @param format the format of the audio
 * @since 0.1.0
 */
public record Script(String text, Timbre timbre, OutputFormat format) {

}
