package io.github.elevenspring.client;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;

import org.springframework.util.ConcurrentLruCache;
import org.springframework.util.StringUtils;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * Makes the address of a request. Every value is encoded, so that none can lead to
 * another endpoint.
 */
final class RequestUri {

	/**
	 * The paths that were asked for last. An application has few of them.
	 */
	private static final ConcurrentLruCache<String, UriComponents> PATHS = new ConcurrentLruCache<>(64,
			(path) -> UriComponentsBuilder.fromPath(path).encode().build());

	private RequestUri() {
	}

	static URI of(URI baseUrl, ApiRequest request) {
		StringBuilder uri = new StringBuilder(StringUtils.trimTrailingCharacter(baseUrl.toString(), '/'));
		uri.append(path(request));
		char separator = '?';
		for (Map.Entry<String, List<String>> parameter : request.query().entrySet()) {
			for (String value : parameter.getValue()) {
				uri.append(separator).append(encode(parameter.getKey())).append('=').append(encode(value));
				separator = '&';
			}
		}
		return URI.create(uri.toString());
	}

	private static String path(ApiRequest request) {
		Iterator<Object> values = request.uriVariables().iterator();
		String path = PATHS.get(request.path()).expand((name) -> {
			if (!values.hasNext()) {
				throw misfit(request);
			}
			String value = values.next().toString();
			if (value.equals(".") || value.equals("..")) {
				throw new ElevenLabsRejectedException(ErrorKind.INVALID, "'" + value
						+ "' is not an id and would lead to another endpoint: use an id that ElevenLabs returned");
			}
			return value;
		}).toUriString();
		if (values.hasNext()) {
			throw misfit(request);
		}
		return path;
	}

	private static ElevenLabsRejectedException misfit(ApiRequest request) {
		return new ElevenLabsRejectedException(ErrorKind.INVALID,
				"The path " + request.path() + " does not have one placeholder for each of "
						+ request.uriVariables().size() + " values: give as many values as there are placeholders");
	}

	private static String encode(String value) {
		return UriUtils.encode(value, StandardCharsets.UTF_8);
	}

}
