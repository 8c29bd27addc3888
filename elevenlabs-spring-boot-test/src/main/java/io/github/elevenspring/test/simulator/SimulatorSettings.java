package io.github.elevenspring.test.simulator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * How a simulator begins, and what {@link ElevenLabsSimulator#reset() reset} goes back
 * to.
 *
 * @param port the port to listen on, 0 for any free one
 * @param apiKey the key that is let in
 * @param anyKey whether any key that is not empty is let in
 * @param plan the plan of the account
 * @param limits limits that replace those of the plan, by concurrency group
 * @param overLimit what happens above a limit
 * @param credits the credits of the month, {@code null} for those of the plan
 * @param quotaAnswer how a request without credits is refused
 * @param pace how fast audio arrives
 * @param seed where ids, garbage and fault rates begin
 * @param faultRate the share of speech requests that get one of the faults
 * @param faults the faults to pick from
 * @param voiceIds ids of voices to have besides those of the catalogue
 */
record SimulatorSettings(int port, String apiKey, boolean anyKey, SimulatorPlan plan, Map<String, Integer> limits,
		OverLimit overLimit, @Nullable Long credits, QuotaAnswer quotaAnswer, Pace pace, long seed, double faultRate,
		List<Fault> faults, List<String> voiceIds) {
	Map<String, Integer> initialLimits() {
		Map<String, Integer> initial = new HashMap<>(this.plan.limits());
		initial.putAll(this.limits);
		return initial;
	}

	long initialCredits() {
		return (this.credits != null) ? this.credits : this.plan.credits();
	}

}
