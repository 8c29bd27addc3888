package io.github.elevenspring.observation;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.elevenspring.call.Operation;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.ReplyMetadata;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.observation.ElevenLabsObservationContext.Outcome;
import io.github.elevenspring.observation.ElevenLabsObservationDocumentation.HighCardinality;
import io.github.elevenspring.observation.ElevenLabsObservationDocumentation.LowCardinality;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

/**
 * The names this library gives its observations. Neither text nor tenant nor key is among
 * the values, and a model id that a user made up does not become a tag.
 *
 * @since 0.1.0
 */
public class DefaultElevenLabsObservationConvention implements ElevenLabsObservationConvention {

	private static final String NAME = "elevenlabs.requests.duration";

	private final ModelCatalog models;

	/**
	 * All combinations that have been seen. There are not many, as none of the values
	 * comes from users.
	 */
	private final Map<Tags, KeyValues> lowCardinality = new ConcurrentHashMap<>();

	/**
	 * Create a convention.
	 * @param models tells which models are known
	 */
	public DefaultElevenLabsObservationConvention(ModelCatalog models) {
		this.models = models;
	}

	@Override
	public String getName() {
		return NAME;
	}

	@Override
	public String getContextualName(ElevenLabsObservationContext context) {
		return "elevenlabs " + context.getCall().operation().id();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(ElevenLabsObservationContext context) {
		return this.lowCardinality.computeIfAbsent(
				new Tags(context.getCall().operation(), model(context), context.getOutcome()), Tags::toKeyValues);
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(ElevenLabsObservationContext context) {
		KeyValues values = KeyValues.empty();
		ReplyMetadata reply = context.getReply();
		if (reply != null) {
			values = and(values, HighCardinality.REQUEST_ID, reply.requestId());
			values = and(values, HighCardinality.TRACE_ID, reply.traceId());
		}
		if (context.getError() instanceof ElevenLabsException error) {
			values = and(values, HighCardinality.ERROR_KIND, error.getKind().name());
		}
		return values;
	}

	private String model(ElevenLabsObservationContext context) {
		String model = context.getCall().modelId();
		if (model == null) {
			return (context.getCall().request() instanceof SpeechRequest) ? ModelCatalog.DEFAULT_MODEL
					: KeyValue.NONE_VALUE;
		}
		return this.models.isKnown(model) ? model : "other";
	}

	private static KeyValues and(KeyValues values, HighCardinality key, @Nullable String value) {
		return (value != null) ? values.and(key.withValue(value)) : values;
	}

	private record Tags(Operation operation, String model, Outcome outcome) {

		KeyValues toKeyValues() {
			return KeyValues.of(LowCardinality.OPERATION.withValue(this.operation.id()),
					LowCardinality.MODEL.withValue(this.model),
					LowCardinality.OUTCOME.withValue(this.outcome.name().toLowerCase(Locale.ROOT)));
		}

	}

}
