package io.github.elevenspring.client;

import java.net.URI;
import java.util.regex.Pattern;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

/**
 * Decides to which addresses the key may go: by https, or to this machine.
 *
 * @since 0.1.0
 */
public final class BaseUrl {

	private static final Pattern LOOPBACK = Pattern.compile("localhost|\\[::1\\]|127(\\.\\d{1,3}){3}");

	private BaseUrl() {
	}

	/**
	 * Tell what is wrong with an address. No name is looked up for it.
	 * @param baseUrl the address in front of the paths of the API
	 * @return what is wrong and what would be right, or {@code null} if all is well
	 */
	public static @Nullable String troubleWith(URI baseUrl) {
		String scheme = baseUrl.getScheme();
		String host = baseUrl.getHost();
		if ((!"https".equals(scheme) && !"http".equals(scheme)) || !StringUtils.hasText(host)) {
			return "'elevenlabs.base-url' must be an address such as https://api.elevenlabs.io, but is " + baseUrl;
		}
		if (baseUrl.getRawUserInfo() != null || baseUrl.getRawQuery() != null || baseUrl.getRawFragment() != null) {
			return "'elevenlabs.base-url' must hold neither a user, nor a query, nor a fragment";
		}
		if ("http".equals(scheme) && !LOOPBACK.matcher(host).matches()) {
			return "'elevenlabs.base-url' must use https, since the API key goes to " + host
					+ "; http is for loopback addresses only";
		}
		return null;
	}

	static URI checked(URI baseUrl) {
		String trouble = troubleWith(baseUrl);
		if (trouble != null) {
			throw new ElevenLabsRejectedException(ErrorKind.INVALID, trouble);
		}
		return baseUrl;
	}

}
