package io.github.elevenspring.test;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;

import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.LimiterSnapshot;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.github.elevenspring.test.junit.EnableElevenLabsSimulator;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.SimulatorPlan;
import org.junit.jupiter.api.AfterEach;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the library as it is wired, in front of a simulator that counts for itself.
 * No call outlives its test, on either side.
 */
@SpringBootTest(classes = LibraryApplication.class)
@EnableElevenLabsSimulator(plan = SimulatorPlan.CREATOR)
abstract class AbstractSimulatorTests {

	static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

	@Autowired
	ElevenLabsTemplate elevenLabs;

	@Autowired
	ElevenLabsSimulator simulator;

	@Autowired
	private ObjectProvider<ConcurrencyLimits> limiter;

	@AfterEach
	void nothingIsLeftBehind() {
		await().untilAsserted(() -> {
			this.limiter.ifAvailable((limits) -> assertThat(limits.snapshot().values()).allSatisfy((group) -> {
				assertThat(group)
					.extracting(LimiterSnapshot::inFlight, LimiterSnapshot::waiting, LimiterSnapshot::tenants)
					.containsExactly(0, 0, 0);
			}));
			assertThat(this.simulator.statistics().inFlight()).isZero();
		});
	}

	SpeechRequest request(String text) {
		return SpeechRequest.of(text).voice(this.simulator.voiceIds().get(0));
	}

	static byte[] join(List<byte[]> parts) {
		ByteArrayOutputStream whole = new ByteArrayOutputStream();
		parts.forEach(whole::writeBytes);
		return whole.toByteArray();
	}

}
