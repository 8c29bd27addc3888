package io.github.elevenspring.template;

import java.util.function.Function;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.client.ReplyReader;
import io.github.elevenspring.client.TimedValue;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.SpeechStream;
import io.github.elevenspring.model.speech.TimedSpeech;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@link SpeechOperations} over the pipeline.
 */
final class DefaultSpeechOperations implements SpeechOperations {

	private final CallPipeline pipeline;

	private final ReplyReader reader;

	private final SpeechDefaults defaults;

	DefaultSpeechOperations(CallPipeline pipeline, ReplyReader reader, SpeechDefaults defaults) {
		this.pipeline = pipeline;
		this.reader = reader;
		this.defaults = defaults;
	}

	@Override
	public Mono<Speech> convert(SpeechRequest request) {
		OutputFormat format = this.defaults.formatOf(request);
		return this.reader.whole(execute(Operation.SPEECH_CONVERT, request))
			.map((whole) -> new Speech(whole.body(), formatOf(whole.head(), format), whole.head().metadata(),
					whole.head().delivery()));
	}

	@Override
	public Flux<byte[]> stream(SpeechRequest request) {
		return execute(Operation.SPEECH_STREAM, request).handle((part, sink) -> {
			if (part instanceof ReplyPart.Chunk chunk) {
				sink.next(chunk.ownBytes());
			}
		});
	}

	@Override
	public <T> Flux<T> stream(SpeechRequest request, Function<SpeechStream, ? extends Publisher<T>> reply) {
		OutputFormat format = this.defaults.formatOf(request);
		return this.reader.open(execute(Operation.SPEECH_STREAM, request), (head, audio) -> reply
			.apply(new SpeechStream(audio, formatOf(head, format), head.metadata(), head.delivery())));
	}

	@Override
	public Mono<TimedSpeech> convertWithTimestamps(SpeechRequest request) {
		return this.reader.json(execute(Operation.SPEECH_CONVERT_WITH_TIMESTAMPS, request), TimedValue.class,
				DefaultSpeechOperations::wholeSpeech);
	}

	@Override
	public Flux<TimedSpeech> streamWithTimestamps(SpeechRequest request) {
		return this.reader.jsonLines(execute(Operation.SPEECH_STREAM_WITH_TIMESTAMPS, request), TimedValue.class,
				DefaultSpeechOperations::partOfSpeech);
	}

	private Flux<ReplyPart> execute(Operation operation, SpeechRequest request) {
		return this.pipeline.execute(new Call(operation, this.defaults.applyTo(request)));
	}

	private static OutputFormat formatOf(ReplyPart.Head head, OutputFormat asked) {
		Degradation degradation = head.delivery().degradation();
		return (degradation != null && degradation.format() != null) ? degradation.format() : asked;
	}

	/**
	 * Speech without audio is no speech.
	 */
	private static @Nullable TimedSpeech wholeSpeech(ReplyPart.Head head, TimedValue timed) {
		byte[] audio = timed.audioBase64();
		return (audio != null && audio.length > 0) ? partOfSpeech(head, timed) : null;
	}

	/**
	 * A part may hold audio without times or times without audio, but not nothing.
	 */
	private static @Nullable TimedSpeech partOfSpeech(ReplyPart.Head head, TimedValue timed) {
		byte[] audio = timed.audioBase64();
		if (audio == null && timed.alignment() == null && timed.normalizedAlignment() == null) {
			return null;
		}
		return new TimedSpeech((audio != null) ? audio : new byte[0], timed.alignment(), timed.normalizedAlignment(),
				head.metadata(), head.delivery());
	}

}
