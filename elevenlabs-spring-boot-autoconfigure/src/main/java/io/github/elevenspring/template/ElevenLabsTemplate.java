package io.github.elevenspring.template;

import java.util.function.Function;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.client.ReplyReader;
import io.github.elevenspring.model.ApiReply;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.catalog.ModelCatalog;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The way to ElevenLabs: one instance serves a whole application. Every call, whatever it
 * asks, takes the same pipeline. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ElevenLabsTemplate implements ElevenLabsOperations {

	private final CallPipeline pipeline;

	private final ReplyReader reader;

	private final SpeechOperations speech;

	private final VoiceOperations voices;

	private final ModelOperations models;

	private final AccountOperations account;

	/**
	 * Create a template.
	 * @param pipeline makes the calls
	 * @param reader reads the replies
	 * @param defaults what speech requests leave open
	 * @param models learns from the list of models
	 */
	public ElevenLabsTemplate(CallPipeline pipeline, ReplyReader reader, SpeechDefaults defaults, ModelCatalog models) {
		this.pipeline = pipeline;
		this.reader = reader;
		this.speech = new DefaultSpeechOperations(pipeline, reader, defaults);
		this.voices = new DefaultVoiceOperations(pipeline, reader);
		this.models = new DefaultModelOperations(pipeline, reader, models);
		this.account = new DefaultAccountOperations(pipeline, reader);
	}

	@Override
	public SpeechOperations speech() {
		return this.speech;
	}

	@Override
	public VoiceOperations voices() {
		return this.voices;
	}

	@Override
	public ModelOperations models() {
		return this.models;
	}

	@Override
	public AccountOperations account() {
		return this.account;
	}

	@Override
	public <T> Mono<T> exchange(ApiRequest request, Class<T> type) {
		return this.reader.json(this.pipeline.execute(new Call(Operation.EXCHANGE, request)), type);
	}

	@Override
	public <T> Flux<T> exchange(ApiRequest request, Function<ApiReply, ? extends Publisher<T>> reply) {
		return this.reader.open(this.pipeline.execute(new Call(Operation.EXCHANGE, request)), (head, body) -> reply
			.apply(new ApiReply(head.status(), head.headers(), head.metadata(), body, head.delivery())));
	}

}
