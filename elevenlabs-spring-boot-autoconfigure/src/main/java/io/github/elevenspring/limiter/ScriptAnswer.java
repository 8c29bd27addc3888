package io.github.elevenspring.limiter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the script answers to each command.
 *
 * @param outcome what became of the request
 * @param ahead how many go before the call that was asked for
 * @param expected milliseconds until its turn comes
 * @param limit slots there are
 * @param instances instances that share them
 * @param configured what is configured
 * @param learned whether the limit differs from that by what the service said
 * @param maximum what the service names in its headers, or 0
 * @param pause milliseconds for which nothing is granted
 * @param holdMillis how long a call holds a slot on average
 * @param waiting calls of all instances that wait
 * @param grants permits for calls of this instance
 */
record ScriptAnswer(Outcome outcome, int ahead, long expected, int limit, int instances,
		SharedLimit.Configuration configured, boolean learned, int maximum, long pause, long holdMillis, int waiting,
		List<RedisCall.Grant> grants) {

	static ScriptAnswer parse(String text) {
		String[] lines = text.split("\n", -1);
		String[] said = lines[0].split(" ");
		String[] state = lines[1].split(" ");
		return new ScriptAnswer(Outcome.valueOf(said[0]), (said.length > 1) ? Integer.parseInt(said[1]) : 0,
				(said.length > 2) ? Long.parseLong(said[2]) : 0, Integer.parseInt(state[0]), Integer.parseInt(state[1]),
				new SharedLimit.Configuration(Integer.parseInt(state[2]), state[3].equals("1")), state[4].equals("1"),
				Integer.parseInt(state[5]), Long.parseLong(state[6]), Long.parseLong(state[7]),
				Integer.parseInt(state[8]), grants(lines[2]));
	}

	private static List<RedisCall.Grant> grants(String line) {
		return line.isEmpty() ? List.of() : Arrays.stream(line.split(",")).map(RedisCall.Grant::parse).toList();
	}

	ScriptAnswer withGrantsOf(ScriptAnswer before) {
		List<RedisCall.Grant> all = new ArrayList<>(before.grants);
		all.addAll(this.grants);
		return new ScriptAnswer(this.outcome, this.ahead, this.expected, this.limit, this.instances, this.configured,
				this.learned, this.maximum, this.pause, this.holdMillis, this.waiting, all);
	}

	/**
	 * What became of a request.
	 */
	enum Outcome {

		/**
		 * Done, or the call has its permit.
		 */
		OK,

		/**
		 * The call waits.
		 */
		WAIT,

		/**
		 * The queue is full.
		 */
		FULL,

		/**
		 * The turn of the call would come too late for it.
		 */
		LATE

	}

}
