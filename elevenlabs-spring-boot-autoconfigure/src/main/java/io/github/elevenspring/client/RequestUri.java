package io.github.elevenspring.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;

import org.springframework.util.ConcurrentLruCache;
import org.springframework.util.StringUtils;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * Makes the address of a request. Every value is encoded, so that none can lead to
 * another endpoint.
 */
final class RequestUri {

	private static final Pattern PLACEHOLDER = Pattern.compile("\\{[^{}]*}");

	/**
	 * The paths that were asked for last, encoded and cut at their placeholders. An
	 * application has few of them.
	 */
	private static final ConcurrentLruCache<String, List<String>> PATHS = new ConcurrentLruCache<>(64, (path) -> List
		.of(PLACEHOLDER.split(UriComponentsBuilder.fromPath(path).encode().build().toUriString(), -1)));

	private RequestUri() {
	}

	static URI of(URI baseUrl, ApiRequest request) {
		StringBuilder uri = new StringBuilder(StringUtils.trimTrailingCharacter(baseUrl.toString(), '/'));
		appendPath(uri, request);
		char separator = '?';
		for (Map.Entry<String, List<String>> parameter : request.query().entrySet()) {
			for (String value : parameter.getValue()) {
				uri.append(separator).append(encode(parameter.getKey())).append('=').append(encode(value));
				separator = '&';
			}
		}
		return URI.create(uri.toString());
	}

	private static void appendPath(StringBuilder uri, ApiRequest request) {
		List<String> path = PATHS.get(request.path());
		if (path.size() - 1 != request.uriVariables().size()) {
			throw misfit(request);
		}
		uri.append(path.get(0));
		for (int i = 1; i < path.size(); i++) {
			String value = request.uriVariables().get(i - 1).toString();
			if (value.equals(".") || value.equals("..")) {
				throw new ElevenLabsRejectedException(ErrorKind.INVALID, "'" + value
						+ "' is not an id and would lead to another endpoint: use an id that ElevenLabs returned");
			}
			uri.append(encode(value)).append(path.get(i));
		}
	}

	private static ElevenLabsRejectedException misfit(ApiRequest request) {
		return new ElevenLabsRejectedException(ErrorKind.INVALID,
				"The path " + request.path() + " does not have one placeholder for each of "
						+ request.uriVariables().size() + " values: give as many values as there are placeholders");
	}

	private static String encode(String value) {
		for (int i = 0; i < value.length(); i++) {
			if (!isUnreserved(value.charAt(i))) {
				return UriUtils.encode(value, StandardCharsets.UTF_8);
			}
		}
		return value;
	}

	/**
	 * Tell whether a character stands for itself wherever it is (RFC 3986, section 2.3).
	 */
	private static boolean isUnreserved(char character) {
		return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
				|| (character >= '0' && character <= '9') || "-._~".indexOf(character) >= 0;
	}

}
