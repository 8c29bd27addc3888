package io.github.elevenspring.test.simulator;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;

/**
 * One request on its way through the simulator, and what must be undone when it is over.
 */
final class Exchange {

	private final String method;

	private final String path;

	private final Map<String, List<String>> query;

	private final Map<String, String> headers;

	private final byte[] body;

	private final String traceId;

	private final Scheduler clock;

	private final List<Runnable> endings = new ArrayList<>();

	private final AtomicBoolean abandoned = new AtomicBoolean();

	private Map<String, String> pathVariables = Map.of();

	private boolean ended;

	Exchange(String method, String path, Map<String, List<String>> query, Map<String, String> headers, byte[] body,
			String traceId, Scheduler clock) {
		this.method = method;
		this.path = path;
		this.query = query;
		this.headers = headers;
		this.body = body;
		this.traceId = traceId;
		this.clock = clock;
	}

	String method() {
		return this.method;
	}

	String path() {
		return this.path;
	}

	byte[] body() {
		return this.body;
	}

	String traceId() {
		return this.traceId;
	}

	/**
	 * Return the scheduler that measures waits.
	 * @return the clock
	 */
	Scheduler clock() {
		return this.clock;
	}

	@Nullable String header(String name) {
		return this.headers.get(name);
	}

	@Nullable String parameter(String name) {
		List<String> values = parameters(name);
		return values.isEmpty() ? null : values.get(0);
	}

	List<String> parameters(String name) {
		return this.query.getOrDefault(name, List.of());
	}

	String pathVariable(String name) {
		return Objects.requireNonNull(this.pathVariables.get(name), name);
	}

	void pathVariables(Map<String, String> pathVariables) {
		this.pathVariables = pathVariables;
	}

	/**
	 * Return whether this request is for the simulator itself, not for the vendor.
	 * @return whether it belongs to the control plane
	 */
	boolean isControl() {
		return this.path.startsWith("/simulator/");
	}

	/**
	 * Give the request up before its end, whichever side does so first.
	 * @return whether this call was the first
	 */
	boolean abandon() {
		return this.abandoned.compareAndSet(false, true);
	}

	boolean isAbandoned() {
		return this.abandoned.get();
	}

	/**
	 * Run something when the request is over, in whatever way; at once if it is already.
	 * @param ending what to run
	 */
	void onEnd(Runnable ending) {
		synchronized (this.endings) {
			if (!this.ended) {
				this.endings.add(ending);
				return;
			}
		}
		ending.run();
	}

	void end() {
		List<Runnable> endings;
		synchronized (this.endings) {
			this.ended = true;
			endings = List.copyOf(this.endings);
			this.endings.clear();
		}
		endings.forEach(Runnable::run);
	}

	RecordedRequest record(int status) {
		Map<String, String> headers = new TreeMap<>(this.headers);
		headers.remove("xi-api-key");
		headers.remove("authorization");
		int length = Math.min(this.body.length, Journal.LONGEST_BODY);
		return new RecordedRequest(this.method, this.path, this.query, headers,
				new String(this.body, 0, length, StandardCharsets.UTF_8), status);
	}

}
