package io.github.elevenspring.validation;

import java.util.OptionalInt;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * Refuses speech that ElevenLabs would refuse, before anything is queued or sent: no
 * text, torn text, no voice, or more text than the model takes. Length is counted in
 * Unicode code points, as the service does. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ValidationStage implements CallStage {

	private final ModelCatalog models;

	/**
	 * Create a stage.
	 * @param models tells the longest text of each model
	 */
	public ValidationStage(ModelCatalog models) {
		this.models = models;
	}

	@Override
	public Flux<ReplyPart> handle(Call call, CallChain next) {
		return Flux.defer(() -> {
			String trouble = (call.request() instanceof SpeechRequest speech) ? troubleWith(speech) : null;
			return (trouble == null) ? next.proceed(call)
					: Flux.error(new ElevenLabsRejectedException(ErrorKind.INVALID, trouble));
		});
	}

	private @Nullable String troubleWith(SpeechRequest request) {
		if (request.text().isBlank()) {
			return "There is no text to speak: give the request a text that holds more than white space";
		}
		if (isTorn(request.text()) || isTorn(request.previousText()) || isTorn(request.nextText())) {
			return "The text holds half of a character (an unpaired surrogate), as cutting a text by length leaves it:"
					+ " cut texts between code points";
		}
		if (request.voiceId() == null || request.voiceId().isBlank()) {
			return "No voice is named: set elevenlabs.defaults.voice-id or SpeechRequest.voice(…) to an id that"
					+ " voices().list(…) returns";
		}
		OptionalInt longest = this.models.longestText(request.modelId());
		if (longest.isPresent() && request.codePoints() > longest.getAsInt()) {
			String model = (request.modelId() != null) ? request.modelId() : ModelCatalog.DEFAULT_MODEL;
			return "The text has " + request.codePoints() + " characters, but " + model + " takes at most "
					+ longest.getAsInt() + " in one request: split the text, or use a model that takes more";
		}
		return null;
	}

	/**
	 * Tell whether a text holds a surrogate without its other half, which no encoding can
	 * write.
	 */
	private static boolean isTorn(@Nullable String text) {
		if (text == null) {
			return false;
		}
		for (int i = 0; i < text.length(); i++) {
			if (Character.isSurrogate(text.charAt(i))) {
				boolean whole = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
				if (!whole) {
					return true;
				}
				i++;
			}
		}
		return false;
	}

}
