package io.github.elevenspring.test.simulator;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

import reactor.core.publisher.Flux;

/**
 * What goes back to the client, before anything of it was sent.
 *
 * @param status the status, {@link #NO_STATUS} if not even that is sent
 * @param headers the headers
 * @param body the body, made on demand
 * @param ending how the connection is left
 */
record Answer(int status, Map<String, String> headers, Flux<byte[]> body, Ending ending) {

	static final int NO_STATUS = 0;

	static Answer json(int status, Object value) {
		return text(status, "application/json", Json.MAPPER.writeValueAsString(value));
	}

	static Answer text(int status, String contentType, String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		Map<String, String> headers = Map.of("content-type", contentType, "content-length",
				Integer.toString(bytes.length));
		return new Answer(status, headers, (bytes.length > 0) ? Flux.just(bytes) : Flux.empty(), Ending.PROPER);
	}

	static Answer stream(String contentType, Flux<byte[]> body) {
		return new Answer(200, Map.of("content-type", contentType), body, Ending.PROPER);
	}

	boolean isStream() {
		return !this.headers.containsKey("content-length");
	}

	Answer withHeader(String name, String value) {
		Map<String, String> headers = new LinkedHashMap<>(this.headers);
		headers.put(name, value);
		return new Answer(this.status, headers, this.body, this.ending);
	}

	Answer withHeaders(Map<String, String> more) {
		Map<String, String> headers = new LinkedHashMap<>(this.headers);
		headers.putAll(more);
		return new Answer(this.status, headers, this.body, this.ending);
	}

	Answer withBody(Flux<byte[]> body) {
		Map<String, String> headers = new LinkedHashMap<>(this.headers);
		headers.remove("content-length");
		return new Answer(this.status, headers, body, this.ending);
	}

	Answer withEnding(Ending ending) {
		return new Answer(this.status, this.headers, this.body, ending);
	}

	/**
	 * How the connection is left when the body is over.
	 */
	enum Ending {

		/**
		 * As HTTP wants it.
		 */
		PROPER,

		/**
		 * Closed where the body stops, without an end mark.
		 */
		CUT,

		/**
		 * Reset by a TCP RST.
		 */
		RESET,

		/**
		 * Open and silent until the client goes away.
		 */
		SILENT

	}

}
