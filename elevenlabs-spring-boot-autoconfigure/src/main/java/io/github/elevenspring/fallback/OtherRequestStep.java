package io.github.elevenspring.fallback;

import java.util.Set;

import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CacheUse;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.Degradation.Kind;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Sends another request down the rest of the line.
 */
final class OtherRequestStep implements FallbackStep {

	private static final Set<String> NO_SUCH_VOICE = Set.of("voice_not_found", "voice_does_not_exist");

	private final Kind kind;

	private final Set<ErrorKind> errors;

	private final Change change;

	private OtherRequestStep(Kind kind, FallbackSettings settings, Change change) {
		this.kind = kind;
		this.errors = settings.errorsFor(kind);
		this.change = change;
	}

	/**
	 * Take audio from the cache whose time is over, unless the caller wants none from
	 * there.
	 */
	static FallbackStep staleCache(FallbackSettings settings) {
		return new OtherRequestStep(Kind.STALE_CACHE, settings, (request) -> {
			CallOptions options = request.options();
			return (options.cacheUse() == CacheUse.NORMAL)
					? request.mutate().options(options.withCacheUse(CacheUse.STALE)).build() : null;
		});
	}

	/**
	 * Let another model speak, if the text is not too long for it.
	 */
	static FallbackStep model(FallbackSettings settings, ModelCatalog models) {
		return new OtherRequestStep(Kind.MODEL, settings, (request) -> {
			String model = settings.substituteFor(request.modelId());
			return (model != null && !model.equals(request.modelId())
					&& request.codePoints() <= models.longestText(model).orElse(Integer.MAX_VALUE))
							? request.model(model) : null;
		});
	}

	/**
	 * Let another voice speak.
	 */
	static FallbackStep voice(FallbackSettings settings) {
		return new OtherRequestStep(Kind.VOICE, settings, (request) -> {
			String voice = settings.voiceId();
			return (voice != null && !voice.equals(request.voiceId())) ? request.voice(voice) : null;
		});
	}

	@Override
	public boolean isFor(FailedCall failed) {
		return this.errors.contains(failed.error().getKind())
				&& (failed.error().getKind() != ErrorKind.NOT_FOUND || lacksTheVoice(failed.error()))
				&& (this.kind == Kind.STALE_CACHE || !isPaidForTwice(failed));
	}

	/**
	 * Whoever names timeouts accepts that nobody knows what became of a request.
	 */
	private boolean isPaidForTwice(FailedCall failed) {
		return this.errors.contains(ErrorKind.TIMEOUT) ? failed.hadBegun() : failed.mayHaveBeenBilled();
	}

	@Override
	public Mono<Substitute> substitute(FailedCall failed, CallChain next) {
		return Mono.fromSupplier(() -> {
			SpeechRequest other = this.change.apply(failed.request());
			return (other != null)
					? new Substitute(degradation(failed.error(), other), next.proceed(failed.call().withRequest(other)))
					: null;
		});
	}

	private Degradation degradation(ElevenLabsException error, SpeechRequest other) {
		String substitute = switch (this.kind) {
			case MODEL -> other.modelId();
			case VOICE -> other.voiceId();
			default -> null;
		};
		return new Degradation(this.kind, error.getKind(), substitute, null);
	}

	private static boolean lacksTheVoice(ElevenLabsException error) {
		return error instanceof ElevenLabsApiException answer && (names(answer.getCode()) || names(answer.getStatus()));
	}

	private static boolean names(@Nullable String code) {
		return code != null && NO_SUCH_VOICE.contains(code);
	}

	/**
	 * Changes a request, or returns {@code null} if it makes no difference.
	 */
	private interface Change {

		@Nullable SpeechRequest apply(SpeechRequest request);

	}

}
