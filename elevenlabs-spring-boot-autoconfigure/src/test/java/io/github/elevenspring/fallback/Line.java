package io.github.elevenspring.fallback;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.client.Parts;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.SpeechRequest;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A line with the fallback stage, whose end answers what a test has written down, and
 * remembers what it was asked.
 */
final class Line {

	static final SpeechRequest REQUEST = SpeechRequest.of("Hello")
		.voice("asked-voice")
		.model("eleven_multilingual_v2")
		.format(OutputFormat.PCM_24000);

	private final Queue<Flux<ReplyPart>> answers = new ArrayDeque<>();

	private final List<SpeechRequest> asked = new CopyOnWriteArrayList<>();

	private final List<SpeechDegradedEvent> events = new CopyOnWriteArrayList<>();

	private final List<CallStage> before = new ArrayList<>();

	private final FallbackStage stage;

	Line(FallbackSettings settings, SpeechFallback... engines) {
		this(settings, Schedulers.parallel(), (event) -> {
		}, engines);
	}

	Line(FallbackSettings settings, Scheduler timer, Consumer<SpeechDegradedEvent> listener,
			SpeechFallback... engines) {
		this.stage = new FallbackStage(settings, List.of(engines), new ModelCatalog(), timer,
				((Consumer<SpeechDegradedEvent>) this.events::add).andThen(listener));
	}

	Line after(CallStage stage) {
		this.before.add(stage);
		return this;
	}

	Line answers(Flux<ReplyPart> answer) {
		this.answers.add(answer);
		return this;
	}

	Line fails(ErrorKind... kinds) {
		for (ErrorKind kind : kinds) {
			answers(Flux.error(error(kind)));
		}
		return this;
	}

	Flux<ReplyPart> speak() {
		return execute(Operation.SPEECH_STREAM, REQUEST);
	}

	Flux<ReplyPart> execute(Operation operation, SpeechRequest request) {
		CallChain end = (call) -> Flux.defer(() -> {
			this.asked.add((SpeechRequest) call.request());
			Flux<ReplyPart> answer = this.answers.poll();
			return (answer != null) ? answer : Flux.error(new IllegalStateException("Asked once too often"));
		});
		List<CallStage> stages = new ArrayList<>(this.before);
		stages.add(this.stage);
		return new CallPipeline(stages, end).execute(new Call(operation, request));
	}

	List<SpeechRequest> asked() {
		return this.asked;
	}

	List<SpeechDegradedEvent> events() {
		return this.events;
	}

	static Flux<ReplyPart> audio(String... chunks) {
		return Flux.fromArray(chunks).<ReplyPart>map(Parts::chunk).startWith(Parts.head());
	}

	static SpeechFallback engine(String... chunks) {
		return (request, error) -> Mono
			.just(new FallbackSpeech("local", OutputFormat.WAV_24000, Flux.fromArray(chunks).map(String::getBytes)));
	}

	static ElevenLabsException error(ErrorKind kind) {
		return switch (kind) {
			case NETWORK, TIMEOUT -> new ElevenLabsTransportException(kind, kind.name(), null, 0);
			case QUEUE_FULL, QUEUE_TIMEOUT, BREAKER_OPEN, BUDGET, SHUTDOWN ->
				new ElevenLabsRejectedException(kind, kind.name());
			default -> new ElevenLabsApiException(kind, kind.name(),
					new ElevenLabsApiException.Details(500, null, null, null, null, 0));
		};
	}

}
