package io.github.elevenspring.test.simulator;

import java.util.List;
import java.util.Map;

/**
 * A request as the simulator saw it.
 *
 * @param method the method
 * @param path the path, without the query
 * @param query the parameters of the query
 * @param headers the headers by lower-case name, without the key
 * @param body the body as text
 * @param status the status of the answer, 0 while there is none
 * @since 0.1.0
 */
public record RecordedRequest(String method, String path, Map<String, List<String>> query, Map<String, String> headers,
		String body, int status) {

}
