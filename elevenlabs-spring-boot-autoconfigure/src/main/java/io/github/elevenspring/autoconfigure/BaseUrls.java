package io.github.elevenspring.autoconfigure;

import java.net.URI;

import org.springframework.util.Assert;
import org.springframework.util.StringUtils;

/**
 * Decides to which addresses the key may go.
 */
final class BaseUrls {

	private BaseUrls() {
	}

	/**
	 * Check an address.
	 * @throws IllegalArgumentException if it is not one of http, or would carry the key
	 * in clear text across a network
	 */
	static void check(URI baseUrl) {
		String scheme = baseUrl.getScheme();
		String host = baseUrl.getHost();
		Assert.isTrue(("https".equals(scheme) || "http".equals(scheme)) && StringUtils.hasText(host),
				() -> "'elevenlabs.base-url' must be an address such as https://api.elevenlabs.io, but is " + baseUrl);
		Assert.isTrue(
				baseUrl.getRawUserInfo() == null && baseUrl.getRawQuery() == null && baseUrl.getRawFragment() == null,
				"'elevenlabs.base-url' must hold neither a user, nor a query, nor a fragment");
		Assert.isTrue("https".equals(scheme) || isLoopback(host),
				() -> "'elevenlabs.base-url' must use https, since the API key goes to " + host
						+ "; http is for loopback addresses only");
	}

	/**
	 * Tell without a look-up whether a host is this machine.
	 */
	private static boolean isLoopback(String host) {
		return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
	}

}
