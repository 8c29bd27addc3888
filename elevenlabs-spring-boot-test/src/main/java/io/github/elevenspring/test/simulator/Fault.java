package io.github.elevenspring.test.simulator;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

import io.github.elevenspring.test.simulator.Answer.Ending;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.util.Assert;

/**
 * Something that goes wrong with one request. Most faults that answer instead of the
 * simulator do so before any check, as a gateway would: no slot is taken and no credit is
 * charged. The others spoil an answer on its way out, while the request holds its slot.
 * Immutable and safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class Fault {

	private static final String HTML = "<html><head><title>Error</title></head>"
			+ "<body><center><h1>The server made a boo boo.</h1></center></body></html>";

	private static final String AUDIO = "audio/mpeg";

	private static final String JSON = "application/json";

	private final String name;

	private final Injection injection;

	private Fault(String name, Injection injection) {
		this.name = name;
		this.injection = injection;
	}

	/**
	 * Parse the text form of a fault: its name, and behind a colon the size in bytes, the
	 * duration or the status that it needs, such as {@code internal-error},
	 * {@code stall-after:2000}, {@code latency:500ms} or {@code status:403}.
	 * @param text the text
	 * @return the fault
	 * @throws IllegalArgumentException if there is no such fault, with a list of those
	 * that exist
	 */
	public static Fault parse(String text) {
		return FaultNames.parse(text);
	}

	/**
	 * Wait before the first byte of the answer.
	 * @param delay how long
	 * @return the fault
	 */
	public static Fault latency(Duration delay) {
		return new Fault("latency of " + delay.toMillis() + " ms",
				(answer, exchange) -> answer.delayUntil((ready) -> Mono.delay(delay, exchange.clock())));
	}

	/**
	 * Refuse with 429 because too many requests are in flight.
	 * @return the fault
	 */
	public static Fault tooManyConcurrentRequests() {
		return error("too many concurrent requests", ApiError.tooManyConcurrentRequests(2), null);
	}

	/**
	 * Refuse with 429 because requests come too fast.
	 * @param retryAfter the value of {@code Retry-After}, {@code null} for no such header
	 * @return the fault
	 */
	public static Fault rateLimited(@Nullable Duration retryAfter) {
		return error("rate limited", ApiError.rateLimited(), retryAfter);
	}

	/**
	 * Refuse with 429 because the vendor is busy.
	 * @param retryAfter the value of {@code Retry-After}, {@code null} for no such header
	 * @return the fault
	 */
	public static Fault systemBusy(@Nullable Duration retryAfter) {
		return error("system busy", ApiError.systemBusy(), retryAfter);
	}

	/**
	 * Fail with 500.
	 * @return the fault
	 */
	public static Fault internalError() {
		return error("internal error", ApiError.internal(), null);
	}

	/**
	 * Fail with 503.
	 * @return the fault
	 */
	public static Fault unavailable() {
		return error("unavailable", ApiError.unavailable(), null);
	}

	/**
	 * Fail with 502 and the HTML page of a proxy.
	 * @return the fault
	 */
	public static Fault badGateway() {
		return answer(502, "text/html", HTML);
	}

	/**
	 * Refuse with 401 as if the key were wrong.
	 * @return the fault
	 */
	public static Fault invalidKey() {
		return error("invalid key", ApiError.invalidKey(), null);
	}

	/**
	 * Refuse as if no credits were left.
	 * @param answer the status and the body
	 * @return the fault
	 */
	public static Fault quotaExceeded(QuotaAnswer answer) {
		return error("quota exceeded", ApiError.quotaExceeded(answer, 10_000, 5, 100), null);
	}

	/**
	 * Refuse with a status and the body that the vendor has for it: the list of FastAPI
	 * for 422, plain text for 404, an HTML page where only a proxy would answer so.
	 * @param status the status, 400 to 599
	 * @return the fault
	 */
	public static Fault status(int status) {
		Assert.isTrue(status >= 400 && status <= 599, "'status' must be between 400 and 599");
		ApiError error = ApiError.typical(status);
		return (error != null) ? error("status " + status, error, null) : answer(status, "text/html", HTML);
	}

	/**
	 * Answer with whatever is given.
	 * @param status the status
	 * @param contentType the media type
	 * @param body the body
	 * @return the fault
	 */
	public static Fault answer(int status, String contentType, String body) {
		Assert.isTrue(status >= 200 && status <= 599, "'status' must be between 200 and 599");
		return new Fault("answer " + status + " " + contentType,
				(answer, exchange) -> Mono.just(Answer.text(status, contentType, body)));
	}

	/**
	 * Answer 200 with no byte of audio.
	 * @return the fault
	 */
	public static Fault emptyAudio() {
		return answer(200, AUDIO, "");
	}

	/**
	 * Answer 200 with an error as JSON.
	 * @return the fault
	 */
	public static Fault jsonInsteadOfAudio() {
		return new Fault("JSON instead of audio",
				(answer, exchange) -> Mono.just(ApiError.internal().answer(exchange.traceId()))
					.map((error) -> new Answer(200, error.headers(), error.body(), error.ending())));
	}

	/**
	 * Answer 200 with an HTML page.
	 * @return the fault
	 */
	public static Fault htmlInsteadOfAudio() {
		return answer(200, "text/html", HTML);
	}

	/**
	 * Answer 200 with JSON that stops in the middle.
	 * @return the fault
	 */
	public static Fault malformedJson() {
		return answer(200, JSON, "{\"voices\":[{\"voice_id\":\"");
	}

	/**
	 * Close the connection without an answer.
	 * @return the fault
	 */
	public static Fault disconnect() {
		return instead("disconnect", Ending.CUT);
	}

	/**
	 * Reset the connection without an answer.
	 * @return the fault
	 */
	public static Fault reset() {
		return instead("reset", Ending.RESET);
	}

	/**
	 * Never answer, with the connection open.
	 * @return the fault
	 */
	public static Fault silence() {
		return instead("silence", Ending.SILENT);
	}

	/**
	 * Reset the connection after a part of the body.
	 * @param bytes how much of the body is sent
	 * @return the fault
	 */
	public static Fault resetAfter(long bytes) {
		return spoil("reset after " + bytes + " bytes", (answer) -> first(answer, bytes, Ending.RESET));
	}

	/**
	 * Close the connection after a part of a chunked body, without its end mark.
	 * @param bytes how much of the body is sent
	 * @return the fault
	 */
	public static Fault cutAfter(long bytes) {
		return spoil("cut after " + bytes + " bytes", (answer) -> first(answer, bytes, Ending.CUT));
	}

	/**
	 * Promise more in {@code Content-Length} than is sent, and close the connection.
	 * @param bytes how much of the body is sent
	 * @return the fault
	 */
	public static Fault truncateAfter(long bytes) {
		return spoil("truncated after " + bytes + " bytes",
				(answer) -> first(answer, bytes, Ending.CUT).withHeader("content-length", Long.toString(bytes + 1)));
	}

	/**
	 * Stop sending after a part of the body, with the connection open.
	 * @param bytes how much of the body is sent
	 * @return the fault
	 */
	public static Fault stallAfter(long bytes) {
		return spoil("stall after " + bytes + " bytes", (answer) -> first(answer, bytes, Ending.SILENT));
	}

	/**
	 * Replace the body with random bytes of the same length.
	 * @return the fault
	 */
	public static Fault garbage() {
		return new Fault("garbage", (answer, exchange) -> answer.map((good) -> {
			SplittableRandom random = new SplittableRandom(exchange.traceId().hashCode());
			return good.withBody(good.body().map((chunk) -> {
				byte[] garbage = new byte[chunk.length];
				random.nextBytes(garbage);
				return garbage;
			}));
		}));
	}

	/**
	 * Put a line that is no JSON behind the first chunk of a stream of JSON lines.
	 * @return the fault
	 */
	public static Fault brokenLine() {
		byte[] broken = "{\"audio_base64\": \"AAAA\", \"alignm\n".getBytes(StandardCharsets.UTF_8);
		return spoil("broken line", (answer) -> answer.withBody(answer.body()
			.index()
			.concatMap((chunk) -> (chunk.getT1() == 0) ? Flux.just(chunk.getT2(), broken) : Flux.just(chunk.getT2()))));
	}

	/**
	 * Repeat the beginning of the body until it has a size that no client may hold in
	 * memory.
	 * @param bytes the size of the body
	 * @return the fault
	 */
	public static Fault giant(long bytes) {
		return spoil("giant body of " + bytes + " bytes",
				(answer) -> answer.withBody(Bodies.repeat(answer.body(), bytes)));
	}

	Mono<Answer> inject(Mono<Answer> answer, Exchange exchange) {
		return this.injection.inject(answer, exchange);
	}

	@Override
	public String toString() {
		return this.name;
	}

	private static Fault error(String name, ApiError error, @Nullable Duration retryAfter) {
		return new Fault(name, (answer, exchange) -> {
			Answer refusal = error.answer(exchange.traceId());
			return Mono.just((retryAfter != null)
					? refusal.withHeader("retry-after", Long.toString(retryAfter.toSeconds())) : refusal);
		});
	}

	private static Fault instead(String name, Ending ending) {
		Answer nothing = new Answer(Answer.NO_STATUS, Map.of(), Flux.empty(), ending);
		return new Fault(name, (answer, exchange) -> Mono.just(nothing));
	}

	private static Fault spoil(String name, UnaryOperator<Answer> change) {
		return new Fault(name, (answer, exchange) -> answer.map(change));
	}

	private static Answer first(Answer answer, long bytes, Ending ending) {
		Assert.isTrue(bytes >= 0, "'bytes' must not be negative");
		return answer.withBody(Bodies.first(answer.body(), bytes)).withEnding(ending);
	}

	/**
	 * What a fault does to an answer that nobody asked for yet.
	 */
	@FunctionalInterface
	private interface Injection {

		Mono<Answer> inject(Mono<Answer> answer, Exchange exchange);

	}

}
