package io.github.elevenspring.test.simulator;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * How fast audio arrives.
 *
 * @param streamSpeed audio sent per second of time, as a multiple of real time; 0 for as
 * fast as it can be made
 * @param latencyFactor the time to the first byte, as a multiple of what the model
 * usually takes; 0 for none
 * @since 0.1.0
 */
public record Pace(double streamSpeed, double latencyFactor) {

	/**
	 * Four times real time, after the usual latency.
	 */
	public static final Pace NATURAL = new Pace(4, 1);

	/**
	 * No waiting at all.
	 */
	public static final Pace IMMEDIATE = new Pace(0, 0);

	public Pace {
		Assert.isTrue(streamSpeed >= 0, "'streamSpeed' must not be negative");
		Assert.isTrue(latencyFactor >= 0, "'latencyFactor' must not be negative");
	}

	Duration latency(Model model) {
		return Duration.ofMillis(Math.round(model.latencyMillis() * this.latencyFactor));
	}

	Duration playing(double seconds) {
		return (this.streamSpeed > 0) ? Duration.ofMillis(Math.round(seconds * 1000 / this.streamSpeed))
				: Duration.ZERO;
	}

}
