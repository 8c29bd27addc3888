package io.github.elevenspring.sample;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import io.github.elevenspring.model.ApiReply;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.Delivery;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.ReplyMetadata;
import io.github.elevenspring.model.account.Subscription;
import io.github.elevenspring.model.account.User;
import io.github.elevenspring.model.catalog.Model;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.SpeechStream;
import io.github.elevenspring.model.speech.TimedSpeech;
import io.github.elevenspring.model.voice.Voice;
import io.github.elevenspring.model.voice.VoiceQuery;
import io.github.elevenspring.model.voice.VoiceSettings;
import io.github.elevenspring.template.AccountOperations;
import io.github.elevenspring.template.ElevenLabsOperations;
import io.github.elevenspring.template.ModelOperations;
import io.github.elevenspring.template.SpeechOperations;
import io.github.elevenspring.template.VoiceOperations;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Operations whose answers a test decides, and which remember what they were asked.
 */
public class FakeElevenLabs
		implements ElevenLabsOperations, SpeechOperations, VoiceOperations, ModelOperations, AccountOperations {

	private static final ReplyMetadata NO_METADATA = new ReplyMetadata(null, null, null, null, null, null, null, null);

	private final List<SpeechRequest> speechRequests = new CopyOnWriteArrayList<>();

	private final List<VoiceQuery> voiceQueries = new CopyOnWriteArrayList<>();

	private volatile Flux<byte[]> audio = Flux.empty();

	private volatile ReplyMetadata metadata = NO_METADATA;

	private volatile Delivery delivery = Delivery.DIRECT;

	private volatile @Nullable Throwable refusal;

	private volatile Flux<Voice> voices = Flux.empty();

	private volatile Flux<Model> models = Flux.empty();

	private volatile Mono<Subscription> subscription = Mono.empty();

	/**
	 * Speak with this audio from now on, and forget all that was asked before.
	 * @param audio what is said
	 */
	public void speakWith(Flux<byte[]> audio) {
		speakWith(audio, NO_METADATA);
	}

	public void speakWith(Flux<byte[]> audio, ReplyMetadata metadata) {
		this.speechRequests.clear();
		this.audio = audio;
		this.metadata = metadata;
		this.delivery = Delivery.DIRECT;
		this.refusal = null;
	}

	public void deliverAs(Delivery delivery) {
		this.delivery = delivery;
	}

	public void refuseToSpeak(Throwable refusal) {
		this.speechRequests.clear();
		this.refusal = refusal;
	}

	public void listVoices(Flux<Voice> voices) {
		this.voiceQueries.clear();
		this.voices = voices;
	}

	public void listModels(Flux<Model> models) {
		this.models = models;
	}

	public void tellSubscription(Mono<Subscription> subscription) {
		this.subscription = subscription;
	}

	public List<SpeechRequest> speechRequests() {
		return this.speechRequests;
	}

	public List<VoiceQuery> voiceQueries() {
		return this.voiceQueries;
	}

	@Override
	public SpeechOperations speech() {
		return this;
	}

	@Override
	public VoiceOperations voices() {
		return this;
	}

	@Override
	public ModelOperations models() {
		return this;
	}

	@Override
	public AccountOperations account() {
		return this;
	}

	@Override
	public Flux<byte[]> stream(SpeechRequest request) {
		return stream(request, SpeechStream::audio);
	}

	@Override
	public <T> Flux<T> stream(SpeechRequest request, Function<SpeechStream, ? extends Publisher<T>> reply) {
		return Flux.defer(() -> {
			this.speechRequests.add(request);
			Throwable refusal = this.refusal;
			if (refusal != null) {
				return Flux.error(refusal);
			}
			OutputFormat format = (request.outputFormat() != null) ? request.outputFormat()
					: OutputFormat.MP3_44100_128;
			Degradation degradation = this.delivery.degradation();
			return reply.apply(new SpeechStream(this.audio,
					(degradation != null && degradation.format() != null) ? degradation.format() : format,
					this.metadata, this.delivery));
		});
	}

	@Override
	public Flux<Voice> list(VoiceQuery query) {
		this.voiceQueries.add(query);
		return this.voices;
	}

	@Override
	public Flux<Model> list() {
		return this.models;
	}

	@Override
	public Mono<Subscription> subscription() {
		return this.subscription;
	}

	@Override
	public Mono<Speech> convert(SpeechRequest request) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Mono<TimedSpeech> convertWithTimestamps(SpeechRequest request) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Flux<TimedSpeech> streamWithTimestamps(SpeechRequest request) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Mono<Voice> get(String voiceId) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Mono<VoiceSettings> settings(String voiceId) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Mono<VoiceSettings> defaultSettings() {
		throw new UnsupportedOperationException();
	}

	@Override
	public Mono<User> user() {
		throw new UnsupportedOperationException();
	}

	@Override
	public <T> Mono<T> exchange(ApiRequest request, Class<T> type) {
		throw new UnsupportedOperationException();
	}

	@Override
	public <T> Flux<T> exchange(ApiRequest request, Function<ApiReply, ? extends Publisher<T>> reply) {
		throw new UnsupportedOperationException();
	}

}
