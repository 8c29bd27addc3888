package io.github.elevenspring.client;

import java.util.Arrays;
import java.util.List;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation.ReplyType;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.MediaType;

/**
 * Holds back the first bytes of a response until they show whether they belong to what
 * was asked for. Proxies, captive portals and the service itself have been seen to send
 * errors with status 200; what has the status of an error is no answer from the start.
 * Serves one subscription.
 */
final class BodyBeginning {

	private static final String ERROR = "{\"detail\":";

	/**
	 * What no samples begin with, white space aside.
	 */
	private static final List<String> NEVER_SAMPLES = List.of(ERROR, "<!doctypehtml", "<html");

	/**
	 * As many bytes as are enough to tell.
	 */
	private static final int ENOUGH = 64;

	private byte[] held = {};

	private final ReplyType replyType;

	private final boolean selfDescribing;

	private final boolean possible;

	private @Nullable Boolean verdict;

	BodyBeginning(Call call, boolean successful, @Nullable MediaType contentType) {
		this.replyType = call.operation().replyType();
		OutputFormat format = (call.request() instanceof SpeechRequest speech) ? speech.outputFormat() : null;
		this.selfDescribing = format == null || format.isSelfDescribing();
		this.possible = this.replyType == ReplyType.JSON || contentType == null || isAudio(contentType);
		if (!successful) {
			this.verdict = false;
		}
		else if (this.replyType == ReplyType.ANYTHING) {
			this.verdict = true;
		}
	}

	/**
	 * Take a chunk.
	 * @return what is known to be, or not to be, an answer, {@code null} if nothing is
	 */
	ReplyPart.@Nullable Chunk accept(ReplyPart.Chunk chunk) {
		if (this.verdict != null) {
			return chunk;
		}
		this.held = heldWith(chunk.bytes());
		this.verdict = verdict();
		return (this.verdict != null) ? new ReplyPart.Chunk(this.held) : null;
	}

	/**
	 * Decide, as the body has ended. A body of which nothing came is no answer, unless
	 * anything is.
	 * @return what was held until now, {@code null} if nothing was
	 */
	ReplyPart.@Nullable Chunk rest() {
		if (this.verdict != null) {
			return null;
		}
		boolean empty = this.held.length == 0;
		this.verdict = !empty && (this.replyType == ReplyType.JSON || !this.selfDescribing || isPlausible(visible()));
		return empty ? null : new ReplyPart.Chunk(this.held);
	}

	/**
	 * Tell whether the body is known to be an answer.
	 */
	boolean isAnswer() {
		return Boolean.TRUE.equals(this.verdict);
	}

	/**
	 * Tell whether the body is known not to be an answer.
	 */
	boolean isNoAnswer() {
		return Boolean.FALSE.equals(this.verdict);
	}

	/**
	 * Return what is held with one more chunk, but no white space before JSON: it means
	 * nothing and may be endless. Most often the first chunk is all, and not copied.
	 */
	private byte[] heldWith(byte[] bytes) {
		int start = 0;
		while (this.replyType == ReplyType.JSON && this.held.length == 0 && start < bytes.length
				&& isWhiteSpace(bytes[start])) {
			start++;
		}
		if (this.held.length == 0 && start == 0) {
			return bytes;
		}
		byte[] all = Arrays.copyOf(this.held, this.held.length + bytes.length - start);
		System.arraycopy(bytes, start, all, this.held.length, bytes.length - start);
		return all;
	}

	private @Nullable Boolean verdict() {
		if (!this.possible) {
			return false;
		}
		String visible = visible();
		if (this.replyType == ReplyType.JSON) {
			if (visible.isEmpty()) {
				return null;
			}
			return (visible.charAt(0) == '{' || visible.charAt(0) == '[') ? beginsWithNone(visible, List.of(ERROR))
					: (Boolean) false;
		}
		if (!this.selfDescribing) {
			return beginsWithNone(visible, NEVER_SAMPLES);
		}
		return visible.isEmpty() ? beginsWithNone(visible, NEVER_SAMPLES)
				: (Boolean) ("{[<".indexOf(visible.charAt(0)) < 0);
	}

	private @Nullable Boolean beginsWithNone(String visible, List<String> beginnings) {
		if (beginnings.stream().anyMatch(visible::startsWith)) {
			return false;
		}
		boolean open = this.held.length < ENOUGH
				&& beginnings.stream().anyMatch((beginning) -> beginning.startsWith(visible));
		return open ? null : (Boolean) true;
	}

	/**
	 * Tell whether a body that ended before anything was clear can be audio: not white
	 * space, and not the beginning of a page.
	 */
	private static boolean isPlausible(String visible) {
		return !visible.isEmpty() && NEVER_SAMPLES.stream().noneMatch((beginning) -> beginning.startsWith(visible));
	}

	private String visible() {
		StringBuilder visible = new StringBuilder(ENOUGH);
		for (int i = 0; i < Math.min(this.held.length, ENOUGH); i++) {
			char character = (char) (this.held[i] & 0xff);
			if (character != ' ' && (character < '\t' || character > '\r')) {
				visible.append(Character.toLowerCase(character));
			}
		}
		return visible.toString();
	}

	private static boolean isWhiteSpace(byte value) {
		return value == ' ' || value == '\n' || value == '\r' || value == '\t';
	}

	private static boolean isAudio(MediaType type) {
		return type.getType().equals("audio") || type.getType().equals("video")
				|| type.equalsTypeAndSubtype(MediaType.APPLICATION_OCTET_STREAM) || type.getSubtype().equals("ogg");
	}

}
