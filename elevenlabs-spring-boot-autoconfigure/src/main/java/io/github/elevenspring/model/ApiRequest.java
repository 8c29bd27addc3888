package io.github.elevenspring.model;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpEntity;
import org.springframework.http.HttpMethod;
import org.springframework.util.Assert;
import org.springframework.util.CollectionUtils;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/**
 * A request to any endpoint of the API, for those this library has no model of. It takes
 * the same path as all other calls: key, timeouts, errors and observation are those of
 * the house. Immutable; the fluent methods return copies.
 *
 * @param method HTTP method
 * @param path path with {@code {placeholders}}, beginning with a slash, without host and
 * query
 * @param uriVariables values of the placeholders in order; they are encoded
 * @param query query parameters; they are encoded
 * @param body object to send as JSON, with camel case turned into snake case, or
 * {@code null}
 * @param parts parts to send as a form with files, or {@code null}; as made by
 * {@link org.springframework.http.client.MultipartBodyBuilder}
 * @param options who asks and how urgent it is
 * @param audioDuration how long the audio sent along is, or {@code null} if that is not
 * known; a transcription of more than eight minutes takes several slots of the plan
 * @since 0.1.0
 */
public record ApiRequest(HttpMethod method, String path, List<Object> uriVariables, MultiValueMap<String, String> query,
		@Nullable Object body, @Nullable MultiValueMap<String, HttpEntity<?>> parts, CallOptions options,
		@Nullable Duration audioDuration) implements ElevenLabsRequest {

	/**
	 * Create a request.
	 * @throws IllegalArgumentException if the path could lead elsewhere than to the API,
	 * there are both a body and parts, or the audio is shorter than nothing
	 */
	public ApiRequest {
		Assert.isTrue(path.startsWith("/") && !path.startsWith("//"), "'path' must begin with one slash");
		Assert.isTrue(path.indexOf('?') < 0 && path.indexOf('#') < 0, "'path' must not hold a query: use query(…)");
		Assert.isTrue(body == null || parts == null, "a request has either a body or parts");
		Assert.isTrue(audioDuration == null || !audioDuration.isNegative(), "'audioDuration' must not be negative");
		uriVariables = List.copyOf(uriVariables);
		query = CollectionUtils.unmodifiableMultiValueMap(new LinkedMultiValueMap<>(query).deepCopy());
	}

	/**
	 * Return a request that reads.
	 * @param path path with {@code {placeholders}}
	 * @param uriVariables values of the placeholders in order
	 * @return the request
	 */
	public static ApiRequest get(String path, Object... uriVariables) {
		return of(HttpMethod.GET, path, uriVariables);
	}

	/**
	 * Return a request that creates or does something.
	 * @param path path with {@code {placeholders}}
	 * @param uriVariables values of the placeholders in order
	 * @return the request
	 */
	public static ApiRequest post(String path, Object... uriVariables) {
		return of(HttpMethod.POST, path, uriVariables);
	}

	/**
	 * Return a request that deletes.
	 * @param path path with {@code {placeholders}}
	 * @param uriVariables values of the placeholders in order
	 * @return the request
	 */
	public static ApiRequest delete(String path, Object... uriVariables) {
		return of(HttpMethod.DELETE, path, uriVariables);
	}

	/**
	 * Return a request with any method.
	 * @param method HTTP method
	 * @param path path with {@code {placeholders}}
	 * @param uriVariables values of the placeholders in order
	 * @return the request
	 */
	public static ApiRequest of(HttpMethod method, String path, Object... uriVariables) {
		return new ApiRequest(method, path, List.of(uriVariables), new LinkedMultiValueMap<>(), null, null,
				CallOptions.defaults(), null);
	}

	/**
	 * Return this request with one more query parameter.
	 * @param name name of the parameter
	 * @param value its value; {@code null} leaves the request as it is
	 * @return a copy
	 */
	public ApiRequest query(String name, @Nullable Object value) {
		if (value == null) {
			return this;
		}
		MultiValueMap<String, String> more = new LinkedMultiValueMap<>(this.query).deepCopy();
		more.add(name, value.toString());
		return new ApiRequest(this.method, this.path, this.uriVariables, more, this.body, this.parts, this.options,
				this.audioDuration);
	}

	/**
	 * Return this request with a JSON body.
	 * @param body object to send
	 * @return a copy
	 */
	public ApiRequest body(Object body) {
		return new ApiRequest(this.method, this.path, this.uriVariables, this.query, body, this.parts, this.options,
				this.audioDuration);
	}

	/**
	 * Return this request with a form.
	 * @param parts parts to send
	 * @return a copy
	 */
	public ApiRequest parts(MultiValueMap<String, HttpEntity<?>> parts) {
		return new ApiRequest(this.method, this.path, this.uriVariables, this.query, this.body, parts, this.options,
				this.audioDuration);
	}

	/**
	 * Return this request with other options.
	 * @param options who asks and how urgent it is
	 * @return a copy
	 */
	public ApiRequest options(CallOptions options) {
		return new ApiRequest(this.method, this.path, this.uriVariables, this.query, this.body, this.parts, options,
				this.audioDuration);
	}

	/**
	 * Return this request with the length of the audio that is sent along. ElevenLabs
	 * splits a file of more than eight minutes, and each part takes a slot of the plan,
	 * four at the most (speech to text page, 2026): without the length the call counts as
	 * one.
	 * @param audioDuration how long the audio is, or {@code null} if that is not known
	 * @return a copy
	 */
	public ApiRequest audioDuration(@Nullable Duration audioDuration) {
		return new ApiRequest(this.method, this.path, this.uriVariables, this.query, this.body, this.parts,
				this.options, audioDuration);
	}

	@Override
	public String toString() {
		return "ApiRequest[" + this.method + " " + this.path + "]";
	}

}
