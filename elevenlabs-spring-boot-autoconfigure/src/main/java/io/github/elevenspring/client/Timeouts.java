package io.github.elevenspring.client;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * How long to wait for an answer. The clock runs only while the caller wants data: a
 * listener who pauses does not make the service late.
 *
 * @param firstByte longest wait from sending the request to the first byte of the body
 * @param idle longest wait from one part of the body to the next
 * @since 0.1.0
 */
public record Timeouts(Duration firstByte, Duration idle) {

	/**
	 * Create timeouts.
	 * @throws IllegalArgumentException if one is not positive
	 */
	public Timeouts {
		Assert.isTrue(firstByte.compareTo(Duration.ZERO) > 0, "'firstByte' must be positive");
		Assert.isTrue(idle.compareTo(Duration.ZERO) > 0, "'idle' must be positive");
	}

}
