package io.github.elevenspring.observation;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/**
 * The observations of this library and their keys.
 *
 * @since 0.1.0
 */
public enum ElevenLabsObservationDocumentation implements ObservationDocumentation {

	/**
	 * One logical call, from the moment it passed validation to its last byte.
	 */
	CALL {
		@Override
		public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
			return DefaultElevenLabsObservationConvention.class;
		}

		@Override
		public KeyName[] getLowCardinalityKeyNames() {
			return LowCardinality.values();
		}

		@Override
		public KeyName[] getHighCardinalityKeyNames() {
			return HighCardinality.values();
		}
	};

	/**
	 * Keys with few values: tags of meters and of spans.
	 */
	public enum LowCardinality implements KeyName {

		/**
		 * What the call does, such as {@code speech.stream}.
		 */
		OPERATION("operation"),

		/**
		 * Id of the model, {@code other} for a model nobody has heard of, {@code none}
		 * where no model is involved.
		 */
		MODEL("model"),

		/**
		 * {@code success}, {@code error} or {@code cancelled}; {@code pending} while the
		 * call runs.
		 */
		OUTCOME("outcome");

		private final String key;

		LowCardinality(String key) {
			this.key = key;
		}

		@Override
		public String asString() {
			return this.key;
		}

	}

	/**
	 * Keys with many values: attributes of spans only.
	 */
	public enum HighCardinality implements KeyName {

		/**
		 * Id of the generation.
		 */
		REQUEST_ID("elevenlabs.request_id"),

		/**
		 * Id to name in a support ticket.
		 */
		TRACE_ID("elevenlabs.trace_id"),

		/**
		 * Kind of the error.
		 */
		ERROR_KIND("elevenlabs.error_kind");

		private final String key;

		HighCardinality(String key) {
			this.key = key;
		}

		@Override
		public String asString() {
			return this.key;
		}

	}

}
