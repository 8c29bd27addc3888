package io.github.elevenspring.template;

import java.util.function.Function;

import io.github.elevenspring.model.ApiReply;
import io.github.elevenspring.model.ApiRequest;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What an application can ask of ElevenLabs, one part for each capability.
 * <p>
 * Nothing happens before subscription, and each subscription is a call of its own. All
 * results fail with an {@link io.github.elevenspring.error.ElevenLabsException};
 * cancelling ends the request and frees all it held. Implementations are thread-safe.
 *
 * @since 0.1.0
 */
public interface ElevenLabsOperations {

	/**
	 * Return text to speech.
	 * @return the operations
	 */
	SpeechOperations speech();

	/**
	 * Return the voices.
	 * @return the operations
	 */
	VoiceOperations voices();

	/**
	 * Return the models.
	 * @return the operations
	 */
	ModelOperations models();

	/**
	 * Return the account.
	 * @return the operations
	 */
	AccountOperations account();

	/**
	 * Make any request whose reply is JSON. Snake case in the reply becomes camel case in
	 * the type; what the type does not know is ignored.
	 * @param <T> type of the reply
	 * @param request the request
	 * @param type class of the reply
	 * @return the reply
	 */
	<T> Mono<T> exchange(ApiRequest request, Class<T> type);

	/**
	 * Make any request and hand the reply, as soon as it begins, to a function. The
	 * request ends when the result of the function does, read or not.
	 * @param <T> type of the result
	 * @param request the request
	 * @param reply makes the result out of the reply
	 * @return the result of the function
	 */
	<T> Flux<T> exchange(ApiRequest request, Function<ApiReply, ? extends Publisher<T>> reply);

}
