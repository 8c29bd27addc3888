package io.github.elevenspring.test.simulator.speech;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The audio of the short scripts read last, up to a fixed number of bytes.
 */
final class RecentReadings {

	private static final int LONGEST_TEXT = 500;

	private static final long CAPACITY = 8L * 1024 * 1024;

	private final Map<Script, List<Piece>> readings = new LinkedHashMap<>(16, 0.75f, true);

	private long size;

	boolean accepts(Script script) {
		return script.text().length() <= LONGEST_TEXT;
	}

	synchronized @Nullable List<Piece> find(Script script) {
		return this.readings.get(script);
	}

	synchronized void remember(Script script, List<Piece> pieces) {
		if (this.readings.putIfAbsent(script, List.copyOf(pieces)) != null) {
			return;
		}
		this.size += size(pieces);
		var eldest = this.readings.values().iterator();
		while (this.size > CAPACITY && eldest.hasNext()) {
			this.size -= size(eldest.next());
			eldest.remove();
		}
	}

	private static long size(List<Piece> pieces) {
		return pieces.stream().mapToLong((piece) -> piece.audio().length).sum();
	}

}
