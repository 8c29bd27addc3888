package io.github.elevenspring.fallback;

import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.ReplyMetadata;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.http.HttpHeaders;

/**
 * Lets an engine of the application speak. It knows no times of characters, so it cannot
 * stand in where those are asked for.
 */
final class EngineStep implements FallbackStep {

	private static final ReplyMetadata NOTHING_SAID = new ReplyMetadata(null, null, null, null, null, null, null, null);

	private final SpeechFallback engine;

	private final Set<ErrorKind> errors;

	private final Scheduler mayBlock;

	EngineStep(SpeechFallback engine, Set<ErrorKind> errors, Scheduler mayBlock) {
		this.engine = engine;
		this.errors = errors;
		this.mayBlock = mayBlock;
	}

	@Override
	public boolean isFor(FailedCall failed) {
		return this.errors.contains(failed.error().getKind())
				&& failed.call().operation().replyType() == Operation.ReplyType.AUDIO;
	}

	@Override
	public Mono<Substitute> substitute(FailedCall failed, CallChain next) {
		return Mono.defer(() -> this.engine.speak(failed.request(), failed.error()))
			.map((speech) -> new Substitute(degradation(failed, speech), reply(speech)))
			.subscribeOn(this.mayBlock);
	}

	private static Degradation degradation(FailedCall failed, FallbackSpeech speech) {
		OutputFormat format = speech.format();
		return new Degradation(Degradation.Kind.ENGINE, failed.error().getKind(), speech.engine(),
				format.equals(failed.request().outputFormat()) ? null : format);
	}

	private Flux<ReplyPart> reply(FallbackSpeech speech) {
		return Flux.defer(() -> {
			AtomicLong spoken = new AtomicLong();
			return speech.audio()
				.filter((bytes) -> bytes.length > 0)
				.doOnNext((bytes) -> spoken.addAndGet(bytes.length))
				.onErrorMap((error) -> brokenOff(speech.engine(), spoken.get(), error))
				.<ReplyPart>map((bytes) -> new ReplyPart.Chunk(bytes, true))
				.switchOnFirst((first, parts) -> first.hasValue() ? parts.startWith(head(speech.format())) : parts);
		}).subscribeOn(this.mayBlock);
	}

	private static ReplyPart head(OutputFormat format) {
		HttpHeaders headers = new HttpHeaders();
		headers.set(HttpHeaders.CONTENT_TYPE, format.mediaType());
		return new ReplyPart.Head(200, HttpHeaders.readOnlyHttpHeaders(headers), NOTHING_SAID);
	}

	private static Throwable brokenOff(String engine, long spoken, Throwable error) {
		return (spoken == 0 || error instanceof ElevenLabsException) ? error
				: new ElevenLabsTransportException(ErrorKind.NETWORK,
						"The fallback engine '" + engine + "' failed in the middle of its speech", error, spoken);
	}

}
