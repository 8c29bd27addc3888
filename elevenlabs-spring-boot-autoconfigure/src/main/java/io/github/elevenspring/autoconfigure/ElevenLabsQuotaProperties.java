package io.github.elevenspring.autoconfigure;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * What happens when the credits of the account are used up.
 *
 * @param enabled whether speech that the account cannot pay for is refused at once
 * @param probeInterval shortest time between two questions for the credits left, asked
 * only while they are used up, or between two tries where the account cannot tell
 * @since 0.1.0
 */
@ConfigurationProperties("elevenlabs.quota")
public record ElevenLabsQuotaProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("1m") Duration probeInterval) {

	/**
	 * Create properties, refusing what cannot be meant.
	 */
	public ElevenLabsQuotaProperties {
		Assert.isTrue(probeInterval.compareTo(Duration.ZERO) > 0, "elevenlabs.quota.probe-interval must be positive");
	}

}
