package io.github.elevenspring.test.simulator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The last requests that got an answer, oldest first: at most 1000 of them, bodies cut
 * after 10,000 bytes. Safe for use by several threads.
 *
 * @since 0.1.0
 */
public final class Journal {

	static final int LONGEST_BODY = 10_000;

	private static final int CAPACITY = 1000;

	private final Deque<RecordedRequest> requests = new ArrayDeque<>();

	Journal() {
	}

	/**
	 * Return the requests.
	 * @return a copy that does not change
	 */
	public synchronized List<RecordedRequest> requests() {
		return List.copyOf(this.requests);
	}

	/**
	 * Return the requests of one path.
	 * @param path a part of the path
	 * @return a copy that does not change
	 */
	public List<RecordedRequest> requests(String path) {
		return requests().stream().filter((request) -> request.path().contains(path)).toList();
	}

	synchronized void add(RecordedRequest request) {
		if (this.requests.size() == CAPACITY) {
			this.requests.remove();
		}
		this.requests.add(request);
	}

	synchronized void clear() {
		this.requests.clear();
	}

}
