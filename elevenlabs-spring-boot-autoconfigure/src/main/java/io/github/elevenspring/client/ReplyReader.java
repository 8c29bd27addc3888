package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.function.BiFunction;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ErrorKind;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;

import org.springframework.util.Assert;

/**
 * Makes something useful out of the parts of a reply: all bytes, a JSON value, one value
 * after the other, or the bytes as they come. Thread-safe.
 *
 * @since 0.1.0
 */
public final class ReplyReader {

	private static final String ERROR_BEGINS = "{\"detail\":";

	private static final int MOST_WHITE_SPACE = 32;

	private final int mostInMemory;

	private final ErrorDecoder errors = new ErrorDecoder(Clock.systemUTC());

	/**
	 * Create a reader.
	 * @param mostInMemory bytes of a reply that may be held at once
	 */
	public ReplyReader(long mostInMemory) {
		Assert.isTrue(mostInMemory > 0, "'mostInMemory' must be positive");
		this.mostInMemory = (int) Math.min(mostInMemory, Integer.MAX_VALUE - 8);
	}

	/**
	 * Collect a reply.
	 * @param reply the parts
	 * @return the reply as a whole; fails with kind {@link ErrorKind#SERVER} if it is
	 * larger than the memory it may take
	 */
	public Mono<WholeReply> whole(Flux<ReplyPart> reply) {
		return reply.collect(() -> new ReplyCollector(this.mostInMemory), ReplyCollector::add)
			.map(ReplyCollector::whole);
	}

	/**
	 * Collect a reply and read it as one JSON value.
	 * @param <T> type of the value
	 * @param reply the parts
	 * @param type class of the value
	 * @return the value; empty if the body is, or holds {@code null}; fails with kind
	 * {@link ErrorKind#SERVER} if the body is something else
	 */
	public <T> Mono<T> json(Flux<ReplyPart> reply, Class<T> type) {
		return json(reply, type, (head, value) -> value);
	}

	/**
	 * Collect a reply and make a result out of its head and its JSON value.
	 * @param <T> type of the value
	 * @param <R> type of the result
	 * @param reply the parts
	 * @param type class of the value
	 * @param result makes the result, or returns {@code null} if the value is not an
	 * answer
	 * @return the result; empty if the body is, or holds {@code null}; fails with kind
	 * {@link ErrorKind#SERVER} if the body is something else
	 */
	public <T, R> Mono<R> json(Flux<ReplyPart> reply, Class<T> type,
			BiFunction<ReplyPart.Head, T, @Nullable R> result) {
		return whole(reply).filter((whole) -> whole.body().length > 0)
			.flatMap((whole) -> Mono
				.justOrEmpty(this.<T, R>value(whole.head(), whole.body(), whole.body().length, type, result)));
	}

	/**
	 * Read a reply as JSON values on a line each. Blank lines are passed over; a line
	 * that is not such a value ends the reply with an error.
	 * @param <T> type of the values
	 * @param <R> type of the results
	 * @param reply the parts
	 * @param type class of the values
	 * @param result makes a result out of the head and a value, or returns {@code null}
	 * if the value is not an answer
	 * @return the results in order
	 */
	public <T, R> Flux<R> jsonLines(Flux<ReplyPart> reply, Class<T> type,
			BiFunction<ReplyPart.Head, T, @Nullable R> result) {
		return Flux.defer(() -> {
			LineSplitter splitter = new LineSplitter(this.mostInMemory);
			return reply.concatMapIterable(splitter::add, 1)
				.concatWith(Flux.defer(() -> Flux.fromIterable(splitter.rest())))
				.map((line) -> {
					R value = value(splitter.head(), line, splitter.received(), type, result);
					if (value == null) {
						throw UnusableReply.notJson(splitter.head(), splitter.received());
					}
					return value;
				});
		});
	}

	/**
	 * Hand a reply to a function as soon as its head is there. The reply is cancelled
	 * when the result of the function ends before it.
	 * @param <T> type of the result
	 * @param reply the parts
	 * @param result makes the result out of the head and the bytes
	 * @return the result of the function
	 */
	public <T> Flux<T> open(Flux<ReplyPart> reply,
			BiFunction<ReplyPart.Head, Flux<byte[]>, ? extends Publisher<T>> result) {
		return reply.switchOnFirst((first, parts) -> {
			if (!(first.get() instanceof ReplyPart.Head head)) {
				return parts.thenMany(Flux.empty());
			}
			return result.apply(head, parts.ofType(ReplyPart.Chunk.class).map(ReplyPart.Chunk::ownBytes));
		});
	}

	private <T, R> @Nullable R value(ReplyPart.Head head, byte[] json, long received, Class<T> type,
			BiFunction<ReplyPart.Head, T, @Nullable R> result) {
		if (isError(json)) {
			throw this.errors.decodeLate(head, json, received);
		}
		T value = read(head, json, received, type);
		if (value == null) {
			return null;
		}
		R made = result.apply(head, value);
		if (made == null) {
			throw UnusableReply.notJson(head, received);
		}
		return made;
	}

	private static <T> @Nullable T read(ReplyPart.Head head, byte[] json, long received, Class<T> type) {
		try {
			return WireJson.MAPPER.readValue(json, type);
		}
		catch (JacksonException ex) {
			throw UnusableReply.notJson(head, received);
		}
	}

	/**
	 * Tell whether a value is an error in place of an answer: an object whose first field
	 * is {@code detail}, which no answer has.
	 */
	private static boolean isError(byte[] json) {
		int length = Math.min(json.length, ERROR_BEGINS.length() + MOST_WHITE_SPACE);
		return new String(json, 0, length, StandardCharsets.UTF_8).replaceAll("\\s", "").startsWith(ERROR_BEGINS);
	}

}
