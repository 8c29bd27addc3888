package io.github.elevenspring.client;

import java.net.URI;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.CacheUse;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.util.StringUtils;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * The end of the line: turns a call into one HTTP request, and the response into parts,
 * or into an exception that says what went wrong. A status or a body that is an error
 * never becomes a reply. Pooled buffers do not leave this package. Cancelling closes the
 * connection. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ElevenLabsClient implements CallChain {

	private static final String URI_TEMPLATE = WebClient.class.getName() + ".uriTemplate";

	/**
	 * How a key begins that stands for a variable nobody has set.
	 */
	private static final String UNRESOLVED = "${";

	private final WebClient http;

	private final Supplier<URI> baseUrl;

	private final Supplier<@Nullable String> apiKey;

	private final Timeouts timeouts;

	private final Scheduler timer;

	private final ErrorDecoder errors = new ErrorDecoder(Clock.systemUTC());

	/**
	 * The address that was found to be safe last, which is most often the next one too.
	 */
	private volatile @Nullable URI checkedBaseUrl;

	/**
	 * Create a client.
	 * @param http makes the requests, and adds the key to them
	 * @param baseUrl tells where the service is, for each call
	 * @param apiKey tells the key, for each call; here only to refuse a call without one,
	 * and to keep it out of messages
	 * @param timeouts how long to wait for an answer
	 * @param timer measures the time
	 */
	public ElevenLabsClient(WebClient http, Supplier<URI> baseUrl, Supplier<@Nullable String> apiKey, Timeouts timeouts,
			Scheduler timer) {
		this.http = http;
		this.baseUrl = baseUrl;
		this.apiKey = apiKey;
		this.timeouts = timeouts;
		this.timer = timer;
	}

	@Override
	public Flux<ReplyPart> proceed(Call call) {
		if (call.options().cacheUse() == CacheUse.STALE) {
			return Flux.error(() -> new ElevenLabsRejectedException(ErrorKind.NOT_FOUND,
					"The call takes an answer from the cache only, and there is no cache: set elevenlabs.cache.enabled,"
							+ " or ask with another CacheUse"));
		}
		return Flux.deferContextual((context) -> {
			String key = connection(this.apiKey);
			if (!StringUtils.hasText(key) || key.startsWith(UNRESOLVED)) {
				return Flux.error(new ElevenLabsRejectedException(ErrorKind.AUTH,
						"There is no API key: set elevenlabs.api-key, or the environment variable ELEVENLABS_API_KEY,"
								+ " to a key from the developers section of your ElevenLabs account"));
			}
			if (!isPossible(key)) {
				return Flux.error(new ElevenLabsRejectedException(ErrorKind.AUTH,
						"The API key holds a line break, a space or another character that no key has: set"
								+ " elevenlabs.api-key, or the environment variable ELEVENLABS_API_KEY, to the bare key"));
			}
			ApiRequest request = Endpoints.of(call);
			URI uri = RequestUri.of(checkedBaseUrl(), request);
			Redaction redaction = new Redaction(key, () -> SentTexts.of(call));
			AtomicBoolean failed = new AtomicBoolean();
			if (!CallProgress.of(context).countAttempt()) {
				return Flux.never();
			}
			// What an application adds to requests may throw: that is no fault of the
			// service
			Flux<ReplyPart> reply = send(call, request, uri, redaction, failed);
			CallChain exchange = (sent) -> reply;
			return exchange.proceed(call, (actual) -> new StallDetector(actual, this.timeouts, this.timer,
					request.method(), uri, failed::get));
		});
	}

	private URI checkedBaseUrl() {
		URI url = connection(this.baseUrl);
		if (url != this.checkedBaseUrl) {
			this.checkedBaseUrl = BaseUrl.checked(url);
		}
		return url;
	}

	private static boolean isPossible(String key) {
		for (int i = 0; i < key.length(); i++) {
			if (key.charAt(i) <= ' ' || key.charAt(i) >= 127) {
				return false;
			}
		}
		return true;
	}

	private Flux<ReplyPart> send(Call call, ApiRequest request, URI uri, Redaction redaction, AtomicBoolean failed) {
		WebClient.RequestBodySpec spec = this.http.method(request.method())
			.uri(uri)
			.attribute(URI_TEMPLATE, request.path());
		WebClient.RequestHeadersSpec<?> complete = spec;
		if (request.parts() != null) {
			complete = spec.body(BodyInserters.fromMultipartData(request.parts()));
		}
		else if (request.body() != null) {
			complete = spec.contentType(MediaType.APPLICATION_JSON).bodyValue(WireJson.write(request.body()));
		}
		return complete.exchangeToFlux((response) -> read(call, response, redaction, failed));
	}

	private Flux<ReplyPart> read(Call call, ClientResponse response, Redaction redaction, AtomicBoolean failed) {
		HttpHeaders headers = HttpHeaders.readOnlyHttpHeaders(response.headers().asHttpHeaders());
		HttpStatusCode status = response.statusCode();
		return ResponseOperator.read(response.bodyToFlux(DataBuffer.class),
				new ReplyPart.Head(status.value(), headers, ReplyHeaders.metadata(headers)),
				new BodyBeginning(call, status.is2xxSuccessful(), contentType(headers)), failed,
				(body) -> error(status, headers, body, redaction), this.timer);
	}

	private ElevenLabsException error(HttpStatusCode status, HttpHeaders headers, byte[] body, Redaction redaction) {
		try {
			return this.errors.decode(status.value(), headers, body, redaction);
		}
		catch (RuntimeException ex) {
			// What was sent cannot be read, so nothing of what came may be repeated
			return this.errors.decode(status.value(), headers, body, Redaction.EVERYTHING);
		}
	}

	private static @Nullable MediaType contentType(HttpHeaders headers) {
		try {
			return headers.getContentType();
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

	/**
	 * Ask for a fact of the connection, which may come from a vault that is out of reach.
	 */
	private static <T extends @Nullable Object> T connection(Supplier<T> fact) {
		try {
			return fact.get();
		}
		catch (RuntimeException ex) {
			throw ElevenLabsTransportException.unsent(ErrorKind.NETWORK,
					"The address or the key cannot be read: check whatever provides ElevenLabsConnectionDetails", ex);
		}
	}

}
