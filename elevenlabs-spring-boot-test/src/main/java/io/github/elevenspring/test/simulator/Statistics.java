package io.github.elevenspring.test.simulator;

import java.util.Map;

/**
 * What the simulator counted since it started or was reset, and what is going on now.
 *
 * @param requests the requests that arrived, without those of the control plane
 * @param inFlight the requests that are being answered now
 * @param maxInFlight the most requests that were being answered at once
 * @param cancelled the requests whose client went away before the end
 * @param bytesSent the bytes of all bodies
 * @param openConnections the connections that are open now
 * @param openStreams the audio bodies that are being sent now
 * @param groups the same by concurrency group; only requests that hold a slot count there
 * @param creditsUsed the credits charged
 * @param creditLimit the credits of the month
 * @since 0.1.0
 */
public record Statistics(long requests, int inFlight, int maxInFlight, long cancelled, long bytesSent,
		int openConnections, int openStreams, Map<String, Group> groups, long creditsUsed, long creditLimit) {

	/**
	 * What was counted for one concurrency group.
	 *
	 * @param limit the limit now
	 * @param inFlight the slots held now
	 * @param maxInFlight the most slots that were held at once
	 * @param waiting the requests that wait for a slot
	 */
	public record Group(int limit, int inFlight, int maxInFlight, int waiting) {

	}

}
