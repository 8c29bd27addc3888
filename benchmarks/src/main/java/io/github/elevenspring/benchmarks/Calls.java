package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.Map;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.limiter.ConcurrencyGroup;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.LimiterSettings;
import io.github.elevenspring.limiter.Plan;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.speech.SpeechRequest;
import reactor.core.scheduler.Schedulers;

/**
 * The calls that are made, and the limits in front of them.
 */
final class Calls {

	private Calls() {
	}

	/**
	 * Return a call for speech.
	 */
	static Call of(Priority priority, String tenant) {
		CallOptions options = CallOptions.defaults().withPriority(priority).withTenant(tenant);
		return new Call(Operation.SPEECH_STREAM,
				SpeechRequest.builder("Good morning.").voiceId("voice").options(options).build());
	}

	/**
	 * Return limits that hold whatever the service says.
	 */
	static ConcurrencyLimits limits(int limit, int capacity, Duration maxWait) {
		LimiterSettings defaults = LimiterSettings.defaults();
		LimiterSettings settings = new LimiterSettings(0, true, capacity, maxWait, defaults.ageing(),
				defaults.guaranteedShares(), null);
		return new ConcurrencyLimits(Plan.PRO, Map.of(ConcurrencyGroup.STANDARD, limit), settings,
				Schedulers.parallel());
	}

}
