package io.github.elevenspring.autoconfigure;

import java.net.URI;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where ElevenLabs is and how to authenticate there. Without a bean of this type the
 * {@code elevenlabs.*} properties decide; a test, a container or a vault replaces them by
 * declaring one.
 * <p>
 * Both methods are called for each request, from several threads at once, and must answer
 * at once: a key that changes takes effect with the next call, without a restart.
 *
 * @since 0.1.0
 */
public interface ElevenLabsConnectionDetails extends ConnectionDetails {

	/**
	 * Return the address in front of the paths of the API, such as
	 * {@code https://api.elevenlabs.io}. It uses https, unless the host is a loopback
	 * address.
	 * @return the base URL
	 */
	URI getBaseUrl();

	/**
	 * Return the API key to send with the next call.
	 * @return the key, or {@code null} if there is none, which makes calls fail with an
	 * error that says how to set one
	 */
	@Nullable String getApiKey();

}
