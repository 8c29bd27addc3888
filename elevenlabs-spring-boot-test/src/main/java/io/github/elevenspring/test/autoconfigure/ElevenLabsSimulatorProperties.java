package io.github.elevenspring.test.autoconfigure;

import java.util.List;
import java.util.Map;

import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.Fault;
import io.github.elevenspring.test.simulator.OverLimit;
import io.github.elevenspring.test.simulator.Pace;
import io.github.elevenspring.test.simulator.QuotaAnswer;
import io.github.elevenspring.test.simulator.SimulatorPlan;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the simulator behaves that runs inside the application.
 *
 * @param enabled whether a simulator takes the place of ElevenLabs
 * @param port port to listen on, on the loopback interface only; 0 takes any free one
 * @param apiKey key that is let in; made up at each start when not set
 * @param anyKey whether any key that is not empty is let in
 * @param plan plan of the account, which decides on limits, credits and formats
 * @param limits requests that may be in flight, by concurrency group, instead of those of
 * the plan
 * @param overLimit what happens to a request above the limit
 * @param credits credits of the month, instead of those of the plan
 * @param quotaAnswer status and body that refuse a request without credits
 * @param streamSpeed audio sent per second of time, as a multiple of real time; 0 sends
 * as fast as it is made
 * @param latencyFactor time to the first byte, as a multiple of what the model usually
 * takes; 0 does not wait
 * @param seed where ids and the choice of faults begin
 * @param faultRate share of requests that meet a fault, 0 to 1
 * @param faults faults to pick from, such as internal-error or stall-after:2000
 * @param voiceIds ids of voices to have besides those of the catalogue
 * @since 0.1.0
 */
@ConfigurationProperties("elevenlabs.simulator")
public record ElevenLabsSimulatorProperties(@DefaultValue("false") boolean enabled, @DefaultValue("0") int port,
		@Nullable String apiKey, @DefaultValue("false") boolean anyKey, @DefaultValue("creator") SimulatorPlan plan,
		@DefaultValue Map<String, Integer> limits, @DefaultValue("refuse") OverLimit overLimit, @Nullable Long credits,
		@DefaultValue("legacy") QuotaAnswer quotaAnswer, @DefaultValue("4") double streamSpeed,
		@DefaultValue("1") double latencyFactor, @DefaultValue("0") long seed, @DefaultValue("0") double faultRate,
		@DefaultValue("internal-error") List<String> faults, @DefaultValue List<String> voiceIds) {

	ElevenLabsSimulator start() {
		ElevenLabsSimulator.Builder builder = ElevenLabsSimulator.builder()
			.port(this.port)
			.plan(this.plan)
			.overLimit(this.overLimit)
			.quotaAnswer(this.quotaAnswer)
			.pace(new Pace(this.streamSpeed, this.latencyFactor))
			.seed(this.seed)
			.faultRate(this.faultRate, this.faults.stream().map(Fault::parse).toArray(Fault[]::new));
		this.limits.forEach(builder::limit);
		this.voiceIds.forEach(builder::voice);
		if (this.anyKey) {
			builder.anyKey();
		}
		PropertyMapper map = PropertyMapper.get();
		map.from(this.apiKey).whenHasText().to(builder::apiKey);
		map.from(this.credits).to(builder::credits);
		return builder.start();
	}

	@Override
	public String toString() {
		return "ElevenLabsSimulatorProperties[port=%d, plan=%s, seed=%d]".formatted(this.port, this.plan, this.seed);
	}

}
