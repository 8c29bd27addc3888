package io.github.elevenspring.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.elevenspring.call.ReplyPart;
import org.jspecify.annotations.Nullable;

/**
 * An entry in the log of a flight: a part of the answer, or its end. Each entry knows the
 * next one only, so what all readers have passed is garbage as soon as the flight does
 * not hold its beginning any more.
 */
final class FlightLog {

	private final @Nullable ReplyPart part;

	private final @Nullable Throwable error;

	private final long end;

	private final boolean last;

	private volatile @Nullable FlightLog next;

	private FlightLog(@Nullable ReplyPart part, @Nullable Throwable error, long end, boolean last) {
		this.part = part;
		this.error = error;
		this.end = end;
		this.last = last;
	}

	/**
	 * Return a log in which nothing is written yet.
	 */
	static FlightLog begin() {
		return new FlightLog(null, null, 0, false);
	}

	/**
	 * Write the next entry. Only one thread at a time may do so.
	 */
	FlightLog append(ReplyPart part) {
		return follow(new FlightLog(part, null, this.end + part.size(), false));
	}

	/**
	 * Write the last entry.
	 * @param error what ended the answer, or {@code null} if it is whole
	 */
	FlightLog end(@Nullable Throwable error) {
		return follow(new FlightLog(null, error, this.end, true));
	}

	private FlightLog follow(FlightLog entry) {
		this.next = entry;
		return entry;
	}

	@Nullable FlightLog next() {
		return this.next;
	}

	/**
	 * Return the part, of which there is one in each entry between the first and the
	 * last.
	 */
	ReplyPart part() {
		return Objects.requireNonNull(this.part);
	}

	boolean isEnd() {
		return this.last;
	}

	@Nullable Throwable error() {
		return this.error;
	}

	/**
	 * Return how many bytes there are up to here.
	 */
	long end() {
		return this.end;
	}

	/**
	 * Return all chunks that follow, as far as they are written.
	 */
	List<ReplyPart.Chunk> chunks() {
		List<ReplyPart.Chunk> chunks = new ArrayList<>();
		for (FlightLog entry = this.next; entry != null; entry = entry.next) {
			if (entry.part instanceof ReplyPart.Chunk chunk) {
				chunks.add(chunk);
			}
		}
		return chunks;
	}

}
