package io.github.elevenspring.cache;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.ReplyMetadata;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.http.HttpHeaders;

/**
 * An answer that is kept: its body, and of its head what stays true. Immutable.
 */
final class CachedReply {

	private static final int FORMAT = 1;

	private static final int WEIGHT_OF_HEAD = 1024;

	private final long storedAt;

	private final int status;

	private final @Nullable String contentType;

	private final ReplyMetadata metadata;

	private final CachedBody body;

	/**
	 * Made when the reply is first asked for, since most are never.
	 */
	private volatile ReplyPart @Nullable [] parts;

	private CachedReply(long storedAt, int status, @Nullable String contentType, ReplyMetadata metadata,
			CachedBody body) {
		this.storedAt = storedAt;
		this.status = status;
		this.contentType = contentType;
		this.metadata = metadata;
		this.body = body;
	}

	/**
	 * Return what is kept of an answer.
	 * @param head the head as it came
	 * @param body the whole body
	 * @param now the time in milliseconds
	 * @return what is kept
	 */
	static CachedReply of(ReplyPart.Head head, CachedBody body, long now) {
		ReplyMetadata metadata = head.metadata();
		return new CachedReply(now, head.status(), head.headers().getFirst(HttpHeaders.CONTENT_TYPE),
				new ReplyMetadata(metadata.requestId(), metadata.traceId(), metadata.historyItemId(), 0L, null, null,
						metadata.region(), metadata.synthesisTime()),
				body);
	}

	/**
	 * Return the reply in a value of a cache.
	 * @param value the reply itself, or the bytes it was encoded to
	 * @return the reply, or {@code null} if the value is something else or of another
	 * version
	 */
	static @Nullable CachedReply from(@Nullable Object value) {
		if (value instanceof CachedReply reply) {
			return reply;
		}
		return (value instanceof byte[] bytes) ? decode(bytes) : null;
	}

	/**
	 * Return how old the reply is.
	 * @param now the time in milliseconds
	 * @return the age in milliseconds
	 */
	long age(long now) {
		return now - this.storedAt;
	}

	/**
	 * Return about how many bytes the reply takes.
	 * @return the weight
	 */
	int weight() {
		return WEIGHT_OF_HEAD + this.body.weight();
	}

	/**
	 * Return the reply. Its bytes are shared with all who receive it.
	 * @return head and chunks
	 */
	Flux<ReplyPart> parts() {
		ReplyPart[] parts = this.parts;
		if (parts == null) {
			parts = headAndChunks();
			this.parts = parts;
		}
		return Flux.fromArray(parts);
	}

	private ReplyPart[] headAndChunks() {
		List<ReplyPart.Chunk> chunks = this.body.chunks();
		ReplyPart[] parts = new ReplyPart[1 + chunks.size()];
		parts[0] = new ReplyPart.Head(this.status, headers(this.contentType, this.metadata), this.metadata);
		for (int i = 1; i < parts.length; i++) {
			parts[i] = chunks.get(i - 1);
		}
		return parts;
	}

	/**
	 * Return the reply as bytes that other versions can tell from their own.
	 * @return the bytes
	 */
	byte[] encode() {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream(this.body.length() + 256);
		ReplyMetadata metadata = this.metadata;
		Duration synthesisTime = metadata.synthesisTime();
		try (DataOutputStream output = new DataOutputStream(bytes)) {
			output.writeByte(FORMAT);
			output.writeLong(this.storedAt);
			output.writeShort(this.status);
			writeString(output, this.contentType);
			writeString(output, metadata.requestId());
			writeString(output, metadata.traceId());
			writeString(output, metadata.historyItemId());
			writeString(output, metadata.region());
			output.writeLong((synthesisTime != null) ? synthesisTime.toMillis() : -1);
			output.writeInt(this.body.length());
			this.body.writeTo(output);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return bytes.toByteArray();
	}

	private static @Nullable CachedReply decode(byte[] bytes) {
		try (DataInputStream input = new DataInputStream(new ByteArrayInputStream(bytes))) {
			if (input.readByte() != FORMAT) {
				return null;
			}
			long storedAt = input.readLong();
			int status = input.readShort();
			String contentType = readString(input);
			String requestId = readString(input);
			String traceId = readString(input);
			String historyItemId = readString(input);
			String region = readString(input);
			long synthesisMillis = input.readLong();
			int length = input.readInt();
			if (length <= 0 || length != input.available()) {
				return null;
			}
			return new CachedReply(storedAt, status, contentType,
					new ReplyMetadata(requestId, traceId, historyItemId, 0L, null, null, region,
							(synthesisMillis >= 0) ? Duration.ofMillis(synthesisMillis) : null),
					CachedBody.of(input.readAllBytes()));
		}
		catch (IOException ex) {
			return null;
		}
	}

	private static void writeString(DataOutputStream output, @Nullable String value) throws IOException {
		output.writeBoolean(value != null);
		if (value != null) {
			output.writeUTF(value);
		}
	}

	private static @Nullable String readString(DataInputStream input) throws IOException {
		return input.readBoolean() ? input.readUTF() : null;
	}

	private static HttpHeaders headers(@Nullable String contentType, ReplyMetadata metadata) {
		HttpHeaders headers = new HttpHeaders();
		set(headers, HttpHeaders.CONTENT_TYPE, contentType);
		set(headers, "request-id", metadata.requestId());
		set(headers, "x-trace-id", metadata.traceId());
		set(headers, "history-item-id", metadata.historyItemId());
		return HttpHeaders.readOnlyHttpHeaders(headers);
	}

	private static void set(HttpHeaders headers, String name, @Nullable String value) {
		if (value != null) {
			headers.set(name, value);
		}
	}

}
