package io.github.elevenspring.sample.speech;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.core.ParameterizedTypeReference;

/**
 * A problem as a client reads it.
 *
 * @param status HTTP status
 * @param title kind of problem
 * @param detail what went wrong
 * @param properties all that RFC 9457 does not name
 */
record Problem(int status, @Nullable String title, @Nullable String detail, Map<String, Object> properties) {

	static final ParameterizedTypeReference<Map<String, Object>> JSON = new ParameterizedTypeReference<>() {
	};

	static Problem of(@Nullable Map<String, Object> json) {
		Map<String, Object> properties = new HashMap<>((json != null) ? json : Map.of());
		Object status = properties.remove("status");
		Object title = properties.remove("title");
		Object detail = properties.remove("detail");
		properties.remove("type");
		properties.remove("instance");
		return new Problem((status instanceof Integer number) ? number : 0, (String) title, (String) detail,
				properties);
	}

}
