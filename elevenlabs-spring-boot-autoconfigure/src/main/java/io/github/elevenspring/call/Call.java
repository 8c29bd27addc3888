package io.github.elevenspring.call;

import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.ElevenLabsRequest;
import org.jspecify.annotations.Nullable;

/**
 * One logical call: what a user asked for, however many requests it takes in the end.
 *
 * @param operation what the call does
 * @param request what is asked, with the configured defaults filled in
 * @since 0.1.0
 */
public record Call(Operation operation, ElevenLabsRequest request) {

	/**
	 * Return who asks and how urgent it is.
	 * @return the options of the request
	 */
	public CallOptions options() {
		return this.request.options();
	}

	/**
	 * Return the model that does the work.
	 * @return the model id, or {@code null} if no model is named
	 */
	public @Nullable String modelId() {
		return this.request.modelId();
	}

	/**
	 * Return this call with another request, as a fallback makes it.
	 * @param request what is asked instead
	 * @return a copy
	 */
	public Call withRequest(ElevenLabsRequest request) {
		return new Call(this.operation, request);
	}

}
