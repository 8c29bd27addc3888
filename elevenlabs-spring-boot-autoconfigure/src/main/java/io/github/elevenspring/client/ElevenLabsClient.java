package io.github.elevenspring.client;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.Operation.ReplyType;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.CacheUse;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.util.StringUtils;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientException;
import org.springframework.web.reactive.function.client.WebClientRequestException;

/**
 * The end of the line: turns a call into one HTTP request, and the response into parts,
 * or into an exception that says what went wrong. A status or a body that is an error
 * never becomes a reply. Pooled buffers do not leave this class. Cancelling closes the
 * connection. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ElevenLabsClient implements CallChain {

	/**
	 * As much of a body that is an error as is worth reading. A failed validation repeats
	 * its input, and that may be the longest text of a model.
	 */
	private static final int MAX_ERROR_BODY_SIZE = 256 * 1024;

	/**
	 * How long the rest of a body that is an error is worth waiting for.
	 */
	private static final Duration ERROR_BODY_TIMEOUT = Duration.ofSeconds(2);

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
			if (!key.chars().allMatch((character) -> character > ' ' && character < 127)) {
				return Flux.error(new ElevenLabsRejectedException(ErrorKind.AUTH,
						"The API key holds a line break, a space or another character that no key has: set"
								+ " elevenlabs.api-key, or the environment variable ELEVENLABS_API_KEY, to the bare key"));
			}
			ApiRequest request = Endpoints.of(call);
			URI uri = RequestUri.of(BaseUrl.checked(connection(this.baseUrl)), request);
			Redaction redaction = new Redaction(key, () -> SentTexts.of(call));
			AtomicBoolean failed = new AtomicBoolean();
			if (!CallProgress.of(context).countAttempt()) {
				return Flux.never();
			}
			return send(call, request, uri, redaction, failed)
				.transform(StallDetector.watch(this.timeouts, this.timer, uri.getAuthority(), failed::get));
		});
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
		return complete.exchangeToFlux((response) -> read(call, response, redaction, failed))
			.onErrorMap((error) -> ofTheService(error, request, uri));
	}

	private Flux<ReplyPart> read(Call call, ClientResponse response, Redaction redaction, AtomicBoolean failed) {
		Flux<ReplyPart.Chunk> body = response.bodyToFlux(DataBuffer.class)
			.map(ElevenLabsClient::copyAndRelease)
			.filter((chunk) -> chunk.size() > 0)
			.doOnDiscard(DataBuffer.class, DataBufferUtils::release);
		if (!response.statusCode().is2xxSuccessful()) {
			return fail(response, body, redaction, failed);
		}
		HttpHeaders headers = HttpHeaders.readOnlyHttpHeaders(response.headers().asHttpHeaders());
		ReplyPart head = new ReplyPart.Head(response.statusCode().value(), headers, ReplyHeaders.metadata(headers));
		if (call.operation().replyType() == ReplyType.ANYTHING) {
			return body.cast(ReplyPart.class)
				.switchOnFirst((first, all) -> first.isOnError() ? all : all.startWith(head));
		}
		BodyBeginning beginning = new BodyBeginning(call, contentType(headers));
		return body.handle(beginning::accept).concatWith(beginning.rest()).switchOnFirst((first, all) -> {
			if (first.isOnError()) {
				return all.cast(ReplyPart.class);
			}
			if (!beginning.isAnswer()) {
				return fail(response, all, redaction, failed);
			}
			return all.cast(ReplyPart.class).startWith(head);
		});
	}

	private Flux<ReplyPart> fail(ClientResponse response, Flux<ReplyPart.Chunk> body, Redaction redaction,
			AtomicBoolean failed) {
		failed.set(true);
		return beginningOf(body)
			.flatMapMany((beginning) -> Flux.error(() -> this.errors.decode(response.statusCode().value(),
					response.headers().asHttpHeaders(), beginning.toByteArray(), redaction)));
	}

	/**
	 * Read what there is of an error: whatever happens meanwhile, the status is known
	 * already and must not be lost.
	 */
	private Mono<ByteArrayOutputStream> beginningOf(Flux<ReplyPart.Chunk> body) {
		return Mono.defer(() -> {
			ByteArrayOutputStream beginning = new ByteArrayOutputStream();
			return body.doOnNext((chunk) -> beginning.writeBytes(chunk.bytes()))
				.takeUntil((chunk) -> beginning.size() >= MAX_ERROR_BODY_SIZE)
				.takeUntilOther(Mono.delay(ERROR_BODY_TIMEOUT, this.timer))
				.then()
				.onErrorComplete()
				.thenReturn(beginning);
		});
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

	/**
	 * Mark an error as one between here and the service. Without that mark, WebFlux takes
	 * a connection that the service reset for a browser that went away, and ends the
	 * answer to the browser as if it were whole.
	 */
	private static Throwable ofTheService(Throwable error, ApiRequest request, URI uri) {
		return (error instanceof ElevenLabsException || error instanceof WebClientException) ? error
				: new WebClientRequestException(error, request.method(), uri, HttpHeaders.EMPTY);
	}

	private static ReplyPart.Chunk copyAndRelease(DataBuffer buffer) {
		try {
			byte[] bytes = new byte[buffer.readableByteCount()];
			buffer.read(bytes);
			return new ReplyPart.Chunk(bytes);
		}
		finally {
			DataBufferUtils.release(buffer);
		}
	}

}
