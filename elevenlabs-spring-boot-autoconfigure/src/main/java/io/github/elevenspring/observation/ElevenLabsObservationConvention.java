package io.github.elevenspring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names the observations of calls and their keys. A bean of this type replaces
 * {@link DefaultElevenLabsObservationConvention}.
 *
 * @since 0.1.0
 */
public interface ElevenLabsObservationConvention extends ObservationConvention<ElevenLabsObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof ElevenLabsObservationContext;
	}

}
