package io.github.elevenspring.test.simulator;

/**
 * Counts requests, streams and bytes. Safe for use by several threads.
 */
final class Counters {

	private long requests;

	private int inFlight;

	private int maxInFlight;

	private long cancelled;

	private long bytesSent;

	private int openConnections;

	private int openStreams;

	synchronized void requestStarted() {
		this.requests++;
		this.inFlight++;
		this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
	}

	synchronized void requestEnded() {
		this.inFlight--;
	}

	synchronized void requestCancelled() {
		this.cancelled++;
	}

	synchronized void connections(int change) {
		this.openConnections += change;
	}

	synchronized void streams(int change) {
		this.openStreams += change;
	}

	synchronized void sent(int bytes) {
		this.bytesSent += bytes;
	}

	synchronized void reset() {
		this.requests = 0;
		this.maxInFlight = this.inFlight;
		this.cancelled = 0;
		this.bytesSent = 0;
	}

	synchronized Statistics snapshot(ConcurrencyGate gate, CreditAccount credits) {
		return new Statistics(this.requests, this.inFlight, this.maxInFlight, this.cancelled, this.bytesSent,
				this.openConnections, this.openStreams, gate.snapshot(), credits.used(), credits.quota());
	}

}
