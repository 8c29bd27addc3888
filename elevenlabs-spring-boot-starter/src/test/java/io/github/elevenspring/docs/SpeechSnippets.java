package io.github.elevenspring.docs;

import java.time.Duration;
import java.util.Queue;
import java.util.function.Consumer;

import io.github.elevenspring.cache.SpeechCache;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.limiter.ConcurrencyGroup;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.Plan;
import io.github.elevenspring.limiter.QueueTicket;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.CacheUse;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.account.Subscription;
import io.github.elevenspring.model.catalog.Model;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.speech.TimedSpeech;
import io.github.elevenspring.model.voice.Voice;
import io.github.elevenspring.model.voice.VoiceQuery;
import io.github.elevenspring.model.voice.VoiceSettings;
import io.github.elevenspring.template.ElevenLabsOperations;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.io.Resource;
import org.springframework.http.client.MultipartBodyBuilder;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Snippets of the pages on speech, voices, account, errors and connection.
 */
class SpeechSnippets {

	private final ElevenLabsOperations elevenLabs;

	SpeechSnippets(ElevenLabsOperations elevenLabs) {
		this.elevenLabs = elevenLabs;
	}

	Flux<?> fourForms(ElevenLabsOperations elevenLabs, String voiceId) {
		Mono<Speech> whole = elevenLabs.speech().convert(SpeechRequest.of("Hello").voice(voiceId));
		Flux<byte[]> streamed = elevenLabs.speech().stream(SpeechRequest.of("Hello").voice(voiceId));
		Mono<TimedSpeech> timed = elevenLabs.speech().convertWithTimestamps(SpeechRequest.of("Hello").voice(voiceId));
		Flux<TimedSpeech> timedParts = elevenLabs.speech()
			.streamWithTimestamps(SpeechRequest.of("Hello").voice(voiceId));
		return Flux.concat(whole, streamed, timed, timedParts);
	}

	SpeechRequest allFields(String voiceId) {
		SpeechRequest request = SpeechRequest.builder("Grüß Gott, Dr. Müller.")
			.voiceId(voiceId)
			.modelId("eleven_flash_v2_5")
			.outputFormat(OutputFormat.PCM_24000)
			.languageCode("de")
			.voiceSettings(VoiceSettings.stored().withStability(0.4).withSpeed(1.1))
			.seed(42L)
			.build();
		return request;
	}

	Flux<byte[]> withHeaders(SpeechRequest request, ServerHttpResponse response) {
		Flux<byte[]> audio = elevenLabs.speech().stream(request, (reply) -> {
			response.getHeaders().set("X-Request-Id", reply.metadata().requestId());
			return reply.audio();
		});
		return audio;
	}

	Flux<?> voices(String voiceId) {
		Flux<Voice> voices = elevenLabs.voices().list(VoiceQuery.all());
		Flux<Voice> five = elevenLabs.voices().list(VoiceQuery.all().search("calm").category("cloned")).take(5);
		Mono<Voice> voice = elevenLabs.voices().get(voiceId);
		Mono<VoiceSettings> settings = elevenLabs.voices().settings(voiceId);
		return Flux.concat(voices, five, voice, settings);
	}

	Flux<?> account() {
		Flux<Model> models = elevenLabs.models().list();
		Mono<Long> left = elevenLabs.account().subscription().map(Subscription::remainingCredits);
		return Flux.concat(models, left);
	}

	Flux<byte[]> effect() {
		record Effect(String text, double durationSeconds) {
		}

		Flux<byte[]> sound = elevenLabs.exchange(ApiRequest.post("/v1/sound-generation")
			.query("output_format", "mp3_44100_128")
			.body(new Effect("rain", 3)), (reply) -> reply.body());
		return sound;
	}

	Mono<Transcript> transcript(Resource recording) {
		MultipartBodyBuilder form = new MultipartBodyBuilder();
		form.part("model_id", "scribe_v2");
		form.part("file", recording);
		Mono<Transcript> transcript = elevenLabs.exchange(
				ApiRequest.post("/v1/speech-to-text").parts(form.build()).audioDuration(Duration.ofMinutes(20)),
				Transcript.class);
		return transcript;
	}

	Mono<Speech> errors(SpeechRequest request, Billing billing) {
		Mono<Speech> speech = elevenLabs.speech().convert(request).doOnError(ElevenLabsException.class, (error) -> {
			if (error.getKind() == ErrorKind.QUOTA) {
				billing.alert(error.getMessage());
			}
		});
		return speech;
	}

	SpeechRequest refuseFallback(SpeechRequest request) {
		SpeechRequest exact = request.mutate().options(request.options().withFallbackAllowed(false)).build();
		return exact;
	}

	void deadline(Consumer<SpeechRequest> speak) {
		SpeechRequest urgent = SpeechRequest.of("Mind the gap.")
			.priority(Priority.INTERACTIVE)
			.deadline(Duration.ofSeconds(3));
		speak.accept(urgent);
	}

	Flux<byte[]> limiter(ElevenLabsOperations elevenLabs, SpeechRequest request, String text,
			Queue<QueueTicket> tickets, ConcurrencyLimits limits, Consumer<SpeechRequest> speak) {
		SpeechRequest answer = SpeechRequest.of("One moment, please.")
			.priority(Priority.INTERACTIVE)
			.tenant("customer-7");
		SpeechRequest chapter = SpeechRequest.of(text).priority(Priority.BATCH).tenant("audiobooks");
		speak.accept(answer);
		speak.accept(chapter);
		limits.limit(ConcurrencyGroup.STANDARD, 3);
		limits.plan(Plan.SCALE);
		Flux<byte[]> audio = elevenLabs.speech().stream(request).contextWrite(QueueTicket.listener(tickets::add));
		return audio;
	}

	Mono<Void> cache(SpeechRequest request, SpeechCache cache, Consumer<SpeechRequest> speak) {
		SpeechRequest another = request.mutate().options(request.options().withCacheUse(CacheUse.REFRESH)).build();
		speak.accept(another);
		Mono<Void> forgotten = cache.evict(SpeechRequest.of("Welcome!")).then(cache.clear());
		return forgotten;
	}

	record Transcript(String text, String languageCode) {
	}

	interface Billing {

		void alert(String message);

	}

}
