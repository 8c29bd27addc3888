package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs scenarios, those that are named or all, and prints what came out. Each runs twice,
 * the first time for half as long and unseen, so that the code is compiled, except for
 * those whose contenders have JVMs of their own, which see to it there. How long each
 * measures, or each turn beside a peer, is told by {@code -Dseconds}, the window of the
 * shares by {@code -Dwindow} in seconds, the number of JVMs for a peer by
 * {@code -Dforks}, that of turns in each by {@code -Drounds}, that of unseen turns at the
 * most by {@code -Dunseen}, that of calls in an outage by {@code -Dcalls}.
 */
public final class Scenarios {

	private Scenarios() {
	}

	/**
	 * Run.
	 * @param names names of scenarios, none for all
	 */
	public static void main(String[] names) {
		Duration length = Duration.ofMillis((long) (1000 * Double.parseDouble(System.getProperty("seconds", "10"))));
		Duration window = Duration.ofMillis((long) (1000 * Double.parseDouble(System.getProperty("window", "6"))));
		Map<String, Scenario> all = all(window, new Comparison(Integer.getInteger("forks", 3),
				Integer.getInteger("rounds", 10), Integer.getInteger("unseen", 60)),
				Integer.getInteger("calls", 10_000));
		List<String> wanted = (names.length > 0) ? List.of(names) : List.copyOf(all.keySet());
		for (String name : wanted) {
			Scenario scenario = all.get(name);
			if (scenario == null) {
				throw new IllegalArgumentException("No scenario " + name + " in " + all.keySet());
			}
			System.out.println("== " + name);
			scenario.warmUp(length.dividedBy(2));
			scenario.run(length)
				.forEach((figure) -> System.out.printf("%-88s %20s   must reach: %s%n", figure.what(),
						figure.measured(), figure.mustReach()));
		}
		System.exit(0);
	}

	static Map<String, Scenario> all(Duration window, Comparison comparison, int calls) {
		Map<String, Scenario> scenarios = new LinkedHashMap<>();
		scenarios.put("goodput", new Goodput());
		scenarios.put("interactive", new InteractiveWait());
		scenarios.put("batch", new BatchShare(window));
		scenarios.put("adaptive", new Convergence());
		scenarios.put("equal", new EqualCalls());
		scenarios.put("pipeline", new PipelineCost(comparison));
		scenarios.put("spring-ai-blocking", SpringAiPeer.blocking(comparison));
		scenarios.put("spring-ai-streamed", SpringAiPeer.streamed(comparison));
		scenarios.put("outage", new Outage(calls));
		return scenarios;
	}

}
