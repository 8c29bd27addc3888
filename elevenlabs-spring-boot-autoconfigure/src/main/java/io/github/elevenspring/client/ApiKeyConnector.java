package io.github.elevenspring.client;

import java.net.URI;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpResponse;

/**
 * Adds the API key to each request below everything that might write a request down:
 * filters, observations, request logging and exceptions of WebClient never see it. The
 * key is read anew for each request. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ApiKeyConnector implements ClientHttpConnector {

	private static final String HEADER = "xi-api-key";

	private final ClientHttpConnector delegate;

	private final Supplier<@Nullable String> apiKey;

	/**
	 * Create a connector.
	 * @param delegate makes the requests
	 * @param apiKey tells the key for the next request; without one the header is left
	 * out
	 */
	public ApiKeyConnector(ClientHttpConnector delegate, Supplier<@Nullable String> apiKey) {
		this.delegate = delegate;
		this.apiKey = apiKey;
	}

	@Override
	public Mono<ClientHttpResponse> connect(HttpMethod method, URI uri,
			Function<? super ClientHttpRequest, Mono<Void>> requestCallback) {
		return this.delegate.connect(method, uri, (request) -> {
			String key = this.apiKey.get();
			if (key != null) {
				request.getHeaders().set(HEADER, key);
			}
			return requestCallback.apply(request);
		});
	}

}
