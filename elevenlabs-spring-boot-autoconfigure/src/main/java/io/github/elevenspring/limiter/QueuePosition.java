package io.github.elevenspring.limiter;

import java.time.Duration;

/**
 * Where a call stands in the queue.
 *
 * @param ahead calls that go first, as far as can be told now
 * @param expectedWait time until its turn, as far as can be told now
 * @since 0.1.0
 */
public record QueuePosition(int ahead, Duration expectedWait) {

}
