package io.github.elevenspring.resilience;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.ReplyMetadata;
import io.github.elevenspring.model.speech.SpeechRequest;
import reactor.core.publisher.Flux;

import org.springframework.http.HttpHeaders;

/**
 * A service that answers one attempt after the other as a test says, and counts them.
 */
class TestReplies implements CallChain {

	static final Call SPEECH = new Call(Operation.SPEECH_STREAM, SpeechRequest.of("Hello").voice("v"));

	static final Call READ = new Call(Operation.VOICES_LIST, ApiRequest.get("/v2/voices"));

	static final ReplyPart HEAD = new ReplyPart.Head(200, HttpHeaders.EMPTY,
			new ReplyMetadata(null, null, null, null, null, null, null, null));

	static final ReplyPart CHUNK = new ReplyPart.Chunk(new byte[] { 1, 2, 3 });

	final AtomicInteger attempts = new AtomicInteger();

	private final Deque<Flux<ReplyPart>> script = new ArrayDeque<>();

	private Flux<ReplyPart> rest = audio();

	@SafeVarargs
	static TestReplies of(Flux<ReplyPart>... replies) {
		TestReplies service = new TestReplies();
		for (Flux<ReplyPart> reply : replies) {
			service.script.add(reply);
		}
		return service;
	}

	static TestReplies always(Flux<ReplyPart> reply) {
		TestReplies service = new TestReplies();
		service.rest = reply;
		return service;
	}

	void add(Flux<ReplyPart> reply) {
		this.script.add(reply);
	}

	@Override
	public Flux<ReplyPart> proceed(Call call) {
		return Flux.defer(() -> {
			this.attempts.incrementAndGet();
			Flux<ReplyPart> next = this.script.poll();
			return (next != null) ? next : this.rest;
		});
	}

	static Flux<ReplyPart> audio() {
		return Flux.just(HEAD, CHUNK);
	}

	/**
	 * Fail with an error of its own for each attempt, as a service does.
	 */
	static Flux<ReplyPart> failure(ErrorKind kind) {
		return Flux.defer(() -> Flux.error(error(kind)));
	}

	static Flux<ReplyPart> failure(ErrorKind kind, Duration retryAfter) {
		return Flux.defer(() -> Flux.error(answered(kind, statusOf(kind), retryAfter)));
	}

	static ElevenLabsException error(ErrorKind kind) {
		return switch (kind) {
			case NETWORK -> ElevenLabsTransportException.unsent(kind, "no connection", null);
			case TIMEOUT -> new ElevenLabsTransportException(kind, "no answer", null, 0);
			default -> answered(kind, statusOf(kind), null);
		};
	}

	static ElevenLabsApiException answered(ErrorKind kind, int status, Duration retryAfter) {
		return new ElevenLabsApiException(kind, kind.name(),
				new ElevenLabsApiException.Details(status, null, null, null, retryAfter, 0));
	}

	private static int statusOf(ErrorKind kind) {
		return switch (kind) {
			case CONCURRENCY, RATE, BUSY -> 429;
			case QUOTA, AUTH -> 401;
			case SERVER -> 500;
			default -> 400;
		};
	}

}
