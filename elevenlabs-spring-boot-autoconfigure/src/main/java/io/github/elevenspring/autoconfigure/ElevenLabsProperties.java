package io.github.elevenspring.autoconfigure;

import java.net.URI;
import java.time.Duration;

import io.github.elevenspring.client.BaseUrl;
import io.github.elevenspring.model.Region;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.catalog.ModelCatalog;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;
import org.springframework.util.unit.DataSize;

/**
 * Everything that can be set under {@code elevenlabs}. {@code toString()} leaves the key
 * out.
 *
 * @param apiKey key of the account, sent with each request and never written anywhere
 * @param region where requests are processed
 * @param baseUrl address to use in place of the region's, https unless it is a loopback
 * address
 * @param maxInMemorySize largest reply that is collected as a whole; streams are not
 * bounded
 * @param defaults what speech requests leave open
 * @param timeout how long to wait
 * @param ssl how the connection is secured
 * @since 0.1.0
 */
@ConfigurationProperties("elevenlabs")
public record ElevenLabsProperties(@Nullable String apiKey, @DefaultValue("global") Region region,
		@Nullable URI baseUrl, @DefaultValue("64MB") DataSize maxInMemorySize, @DefaultValue Defaults defaults,
		@DefaultValue Timeout timeout, @DefaultValue Ssl ssl) {

	/**
	 * Check what was set.
	 * @throws IllegalArgumentException if a value cannot be meant
	 */
	public ElevenLabsProperties {
		Assert.isTrue(maxInMemorySize.toBytes() > 0, "'elevenlabs.max-in-memory-size' must be positive");
		String trouble = (baseUrl != null) ? BaseUrl.troubleWith(baseUrl) : null;
		Assert.isTrue(trouble == null, () -> String.valueOf(trouble));
	}

	@Override
	public String toString() {
		return "ElevenLabsProperties[apiKey=" + ((this.apiKey != null) ? "******" : "none") + ", region=" + this.region
				+ ", baseUrl=" + this.baseUrl + "]";
	}

	/**
	 * What speech requests leave open.
	 *
	 * @param voiceId voice that speaks unless a request names another
	 * @param modelId model that speaks unless a request names another
	 * @param outputFormat format of the audio unless a request names another
	 */
	public record Defaults(@Nullable String voiceId, @DefaultValue(ModelCatalog.DEFAULT_MODEL) String modelId,
			@DefaultValue("mp3_44100_128") OutputFormat outputFormat) {

	}

	/**
	 * How long to wait.
	 *
	 * @param connect longest wait for a connection, 5s unless
	 * spring.http.clients.connect-timeout says otherwise
	 * @param firstByte longest wait from sending a request to the first byte of the
	 * answer
	 * @param idle longest wait from one part of the answer to the next, while more is
	 * wanted
	 * @param total longest time a call may take from beginning to end
	 */
	public record Timeout(@Nullable Duration connect, @DefaultValue("30s") Duration firstByte,
			@DefaultValue("30s") Duration idle, @DefaultValue("5m") Duration total) {

		/**
		 * Check what was set.
		 * @throws IllegalArgumentException if a time is not positive
		 */
		public Timeout {
			Assert.isTrue(connect == null || isPositive(connect), "'elevenlabs.timeout.connect' must be positive");
			Assert.isTrue(isPositive(firstByte), "'elevenlabs.timeout.first-byte' must be positive");
			Assert.isTrue(isPositive(idle), "'elevenlabs.timeout.idle' must be positive");
			Assert.isTrue(isPositive(total), "'elevenlabs.timeout.total' must be positive");
		}

		private static boolean isPositive(Duration duration) {
			return duration.compareTo(Duration.ZERO) > 0;
		}

	}

	/**
	 * How the connection is secured.
	 *
	 * @param bundle name of the SSL bundle to use, unless spring.http.clients.ssl.bundle
	 * names one for all clients
	 */
	public record Ssl(@Nullable String bundle) {

	}

}
