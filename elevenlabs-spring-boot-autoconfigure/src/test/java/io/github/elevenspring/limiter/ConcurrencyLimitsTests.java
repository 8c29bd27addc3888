package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.Map;

import io.github.elevenspring.model.Priority;
import org.junit.jupiter.api.Test;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link ConcurrencyLimits}.
 */
class ConcurrencyLimitsTests {

	private final ConcurrencyLimits limits = new ConcurrencyLimits(Plan.CREATOR, Map.of(ConcurrencyGroup.FLASH, 4),
			LimiterSettings.defaults(), VirtualTimeScheduler.create());

	@Test
	void aPlanLeavesLimitsAloneThatWereSetOnTheirOwn() {
		this.limits.limit(ConcurrencyGroup.STANDARD, 3);
		this.limits.plan(Plan.SCALE);
		assertThat(limit(ConcurrencyGroup.STANDARD)).isEqualTo(3);
		assertThat(limit(ConcurrencyGroup.FLASH)).isEqualTo(4);
		assertThat(limit(ConcurrencyGroup.MUSIC)).isEqualTo(5);
	}

	@Test
	void refusesWhatIsNoLimit() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.limits.limit(ConcurrencyGroup.STANDARD, 0));
		assertThatIllegalArgumentException().isThrownBy(() -> this.limits.plan(Plan.AUTO));
		assertThat(limit(ConcurrencyGroup.STANDARD)).isEqualTo(5);
	}

	@Test
	void theHighestPriorityHasNoShareOfItsOwn() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new LimiterSettings(0, true, 500, Duration.ofSeconds(30), Duration.ofSeconds(30),
					Map.of(Priority.INTERACTIVE, 0.5), null))
			.withMessageStartingWith("'guaranteedShares' must not name the highest priority");
	}

	private int limit(ConcurrencyGroup group) {
		return this.limits.snapshot().get(group).limit();
	}

}
