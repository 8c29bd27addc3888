package io.github.elevenspring.template;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.client.Endpoints;
import io.github.elevenspring.client.ReplyReader;
import io.github.elevenspring.client.VoicePage;
import io.github.elevenspring.model.voice.Voice;
import io.github.elevenspring.model.voice.VoiceQuery;
import io.github.elevenspring.model.voice.VoiceSettings;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@link VoiceOperations} over the pipeline.
 */
final class DefaultVoiceOperations implements VoiceOperations {

	private final CallPipeline pipeline;

	private final ReplyReader reader;

	DefaultVoiceOperations(CallPipeline pipeline, ReplyReader reader) {
		this.pipeline = pipeline;
		this.reader = reader;
	}

	@Override
	public Flux<Voice> list(VoiceQuery query) {
		return pagesFrom(query, null);
	}

	/**
	 * One page, and only when it is used up the next: asking for five voices of a
	 * thousand fetches one page.
	 */
	private Flux<Voice> pagesFrom(VoiceQuery query, @Nullable String token) {
		Call call = new Call(Operation.VOICES_LIST, Endpoints.voices(query, token));
		return this.reader.json(this.pipeline.execute(call), VoicePage.class).flatMapMany((page) -> {
			String next = page.nextPageToken();
			boolean more = page.hasMore() && next != null && !next.equals(token);
			Flux<Voice> voices = Flux.fromIterable(page.voices());
			return more ? voices.concatWith(Flux.defer(() -> pagesFrom(query, next))) : voices;
		});
	}

	@Override
	public Mono<Voice> get(String voiceId) {
		return this.reader.json(this.pipeline.execute(new Call(Operation.VOICES_GET, Endpoints.voice(voiceId))),
				Voice.class);
	}

	@Override
	public Mono<VoiceSettings> settings(String voiceId) {
		return this.reader.json(
				this.pipeline.execute(new Call(Operation.VOICES_SETTINGS, Endpoints.voiceSettings(voiceId))),
				VoiceSettings.class);
	}

	@Override
	public Mono<VoiceSettings> defaultSettings() {
		return this.reader.json(
				this.pipeline.execute(new Call(Operation.VOICES_SETTINGS, Endpoints.defaultVoiceSettings())),
				VoiceSettings.class);
	}

}
