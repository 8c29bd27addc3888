package io.github.elevenspring.client;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.Operation.Answer;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.util.StringUtils;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

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
	private static final int MOST_OF_AN_ERROR = 256 * 1024;

	/**
	 * How long the rest of a body that is an error is worth waiting for.
	 */
	private static final Duration PATIENCE_WITH_AN_ERROR = Duration.ofSeconds(2);

	private static final String URI_TEMPLATE = WebClient.class.getName() + ".uriTemplate";

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
		return Flux.defer(() -> {
			String key = this.apiKey.get();
			if (!StringUtils.hasText(key)) {
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
			URI uri = uri(request);
			Redaction redaction = new Redaction(key, () -> textsOf(call));
			AtomicBoolean failed = new AtomicBoolean();
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
			complete = spec.contentType(MediaType.APPLICATION_JSON).bodyValue(json(request.body()));
		}
		return complete.exchangeToFlux((response) -> read(call, response, redaction, failed));
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
		if (call.operation().answer() == Answer.ANYTHING) {
			return body.cast(ReplyPart.class).startWith(head);
		}
		BodyBeginning beginning = new BodyBeginning(call, contentType(headers));
		return body.handle(beginning::accept).concatWith(beginning.rest()).switchOnFirst((first, all) -> {
			if (!first.isOnError() && !beginning.isAnswer()) {
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
				.takeUntil((chunk) -> beginning.size() >= MOST_OF_AN_ERROR)
				.takeUntilOther(Mono.delay(PATIENCE_WITH_AN_ERROR, this.timer))
				.then()
				.onErrorComplete()
				.thenReturn(beginning);
		});
	}

	private URI uri(ApiRequest request) {
		StringBuilder uri = new StringBuilder(StringUtils.trimTrailingCharacter(this.baseUrl.get().toString(), '/'));
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
		String path = UriComponentsBuilder.fromPath(request.path()).encode().build().expand((name) -> {
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

	private static @Nullable MediaType contentType(HttpHeaders headers) {
		try {
			return headers.getContentType();
		}
		catch (RuntimeException ex) {
			return null;
		}
	}

	private static byte[] json(Object body) {
		try {
			return WireJson.MAPPER.writeValueAsBytes(body);
		}
		catch (JacksonException ex) {
			throw new ElevenLabsRejectedException(ErrorKind.INVALID,
					"The body of the request cannot be written as JSON: " + body.getClass().getName());
		}
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

	private static List<String> textsOf(Call call) {
		if (call.request() instanceof SpeechRequest speech) {
			return Stream.of(speech.text(), speech.previousText(), speech.nextText())
				.filter(StringUtils::hasText)
				.map(String.class::cast)
				.toList();
		}
		List<String> texts = new ArrayList<>();
		if (call.request() instanceof ApiRequest request) {
			if (request.body() != null) {
				collect(WireJson.MAPPER.readTree(json(request.body())), texts);
			}
			if (request.parts() != null) {
				request.parts()
					.values()
					.forEach((parts) -> parts.stream()
						.map(HttpEntity::getBody)
						.filter(String.class::isInstance)
						.map(String.class::cast)
						.forEach(texts::add));
			}
		}
		return texts;
	}

	private static void collect(JsonNode node, List<String> texts) {
		if (node.isString()) {
			texts.add(node.asString());
		}
		node.forEach((child) -> collect(child, texts));
	}

}
