package io.github.elevenspring.template;

import io.github.elevenspring.model.catalog.Model;
import reactor.core.publisher.Flux;

/**
 * The models ElevenLabs offers. Free of charge. Nothing happens before subscription;
 * cancelling ends the request. Implementations are thread-safe.
 *
 * @since 0.1.0
 */
public interface ModelOperations {

	/**
	 * List the models. What they say of the longest text is used from then on to check
	 * requests.
	 * @return the models; fails with an
	 * {@link io.github.elevenspring.error.ElevenLabsException}
	 */
	Flux<Model> list();

}
