package io.github.elevenspring.test.simulator.speech;

import org.jspecify.annotations.Nullable;

/**
 * The next bit of an audio stream.
 *
 * @param audio the bytes, not to be changed
 * @param startSeconds where on the time line of the speech the piece starts
 * @param alignment the timing of the sentence that ends with this piece, or {@code null}
 * if none ends here
 * @since 0.1.0
 */
public record Piece(byte[] audio, double startSeconds, @Nullable Alignment alignment) {

}
