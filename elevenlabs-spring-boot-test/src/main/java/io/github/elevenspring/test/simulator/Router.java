package io.github.elevenspring.test.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Finds the endpoint of a path. Paths that nobody has are answered as the vendor's
 * framework does it, before any look at the key.
 */
final class Router {

	private static final Log logger = LogFactory.getLog(Router.class);

	private final List<Route> routes = new ArrayList<>();

	Router route(String method, String template, Endpoint endpoint) {
		this.routes.add(new Route(method, template.split("/"), endpoint));
		return this;
	}

	Mono<Answer> answer(Exchange exchange) {
		return Mono.defer(() -> find(exchange).answer(exchange))
			.onErrorResume(ApiException.class, (ex) -> Mono.just(ex.error().answer(exchange.traceId())))
			.onErrorResume((ex) -> {
				logger.error("The simulator failed to answer " + exchange.method() + " " + exchange.path(), ex);
				return Mono.just(ApiError.internal().answer(exchange.traceId()));
			});
	}

	private Endpoint find(Exchange exchange) {
		String[] path = exchange.path().split("/");
		boolean found = false;
		for (Route route : this.routes) {
			Map<String, String> variables = route.match(path);
			if (variables != null) {
				found = true;
				if (route.method().equals(exchange.method())) {
					exchange.pathVariables(variables);
					return route.endpoint();
				}
			}
		}
		throw new ApiException(found ? ApiError.plain(405, "Method Not Allowed") : ApiError.plain(404, "Not Found"));
	}

	/**
	 * A path with variables in braces.
	 */
	private record Route(String method, String[] template, Endpoint endpoint) {

		@Nullable Map<String, String> match(String[] path) {
			if (path.length != this.template.length) {
				return null;
			}
			Map<String, String> variables = new HashMap<>();
			for (int i = 0; i < path.length; i++) {
				String expected = this.template[i];
				if (expected.startsWith("{")) {
					variables.put(expected.substring(1, expected.length() - 1), path[i]);
				}
				else if (!expected.equals(path[i])) {
					return null;
				}
			}
			return variables;
		}

	}

}
