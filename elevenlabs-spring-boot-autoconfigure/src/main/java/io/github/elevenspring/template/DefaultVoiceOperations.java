package io.github.elevenspring.template;

import java.util.HashSet;
import java.util.Set;

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

import org.springframework.util.StringUtils;

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

	/**
	 * One page, and only when it is used up the next: asking for five voices of a
	 * thousand fetches one page.
	 */
	@Override
	public Flux<Voice> list(VoiceQuery query) {
		return Flux.defer(() -> {
			Pages pages = new Pages();
			return Flux.defer(() -> page(query, pages.token))
				.doOnNext(pages::turn)
				.concatMapIterable(VoicePage::voices)
				.repeat(() -> pages.token != null);
		});
	}

	private Mono<VoicePage> page(VoiceQuery query, @Nullable String token) {
		Call call = new Call(Operation.VOICES_LIST, Endpoints.voices(query, token));
		return this.reader.json(this.pipeline.execute(call), VoicePage.class);
	}

	@Override
	public Mono<Voice> get(String voiceId) {
		return Mono.defer(() -> this.reader
			.json(this.pipeline.execute(new Call(Operation.VOICES_GET, Endpoints.voice(voiceId))), Voice.class));
	}

	@Override
	public Mono<VoiceSettings> settings(String voiceId) {
		return Mono.defer(() -> this.reader.json(
				this.pipeline.execute(new Call(Operation.VOICES_SETTINGS, Endpoints.voiceSettings(voiceId))),
				VoiceSettings.class));
	}

	@Override
	public Mono<VoiceSettings> defaultSettings() {
		return this.reader.json(
				this.pipeline.execute(new Call(Operation.VOICES_SETTINGS, Endpoints.defaultVoiceSettings())),
				VoiceSettings.class);
	}

	/**
	 * Where one subscription is in the list. Remembers each token, so that a service that
	 * leads in a circle does not lead for ever.
	 */
	private static final class Pages {

		private final Set<String> seen = new HashSet<>();

		private @Nullable String token;

		void turn(VoicePage page) {
			String next = page.nextPageToken();
			this.token = (page.hasMore() && StringUtils.hasText(next) && this.seen.add(next)) ? next : null;
		}

	}

}
