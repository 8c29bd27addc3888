package io.github.elevenspring.client;

import java.util.concurrent.atomic.AtomicBoolean;

import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * A response that is no answer, be it by its status or by its body.
 *
 * @param response the response
 * @param errors decodes its body
 * @param redaction cuts out what must not be repeated
 * @param known tells others that the call is known to fail
 */
record FailedResponse(ClientResponse response, ErrorDecoder errors, Redaction redaction, AtomicBoolean known) {

	/**
	 * Say that the response has failed, and the rest of its body will be read.
	 */
	void begin() {
		this.known.set(true);
	}

	/**
	 * Return the error.
	 * @param body the body, or its beginning
	 */
	Throwable error(byte[] body) {
		return this.errors.decode(this.response.statusCode().value(), this.response.headers().asHttpHeaders(), body,
				this.redaction);
	}

}
