package io.github.elevenspring.resilience;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

import org.springframework.retry.support.RetryTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Spring Retry by the rules of the pipeline.
 */
class SpringRetryTests {

	private final List<Long> waits = new ArrayList<>();

	private final RetryRules rules = new RetryRules(3,
			RetryRules.Backoff.exponential(Duration.ofMillis(100), 2, Duration.ofSeconds(1)), false, () -> 1);

	private final RetryTemplate template = RetryTemplate.builder()
		.customPolicy(new ElevenLabsRetryPolicy(this.rules))
		.customBackoff(new ElevenLabsBackOffPolicy(this.rules, this.waits::add))
		.build();

	@Test
	void repeatsAndWaitsAsThePipelineDoes() {
		assertThat(attempts(TestReplies.error(ErrorKind.SERVER))).isEqualTo(3);
		assertThat(this.waits).containsExactly(100L, 200L);
	}

	@Test
	void waitsAsLongAsTheServiceAsks() {
		assertThat(attempts(TestReplies.answered(ErrorKind.RATE, 429, Duration.ofSeconds(3)))).isEqualTo(3);
		assertThat(this.waits).containsExactly(3000L, 3000L);
	}

	@Test
	void doesNotRepeatWhatThePipelineDoesNot() {
		assertThat(attempts(TestReplies.error(ErrorKind.INVALID))).isEqualTo(1);
		assertThat(attempts(TestReplies.error(ErrorKind.TIMEOUT))).isEqualTo(1);
		assertThat(attempts(new ElevenLabsTransportException(ErrorKind.NETWORK, "broken", null, 0))).isEqualTo(1);
		assertThat(attempts(new IllegalStateException("of the application"))).isEqualTo(1);
	}

	@Test
	void findsTheErrorInsideAnother() {
		assertThat(attempts(new IllegalStateException("wrapped", TestReplies.error(ErrorKind.BUSY)))).isEqualTo(3);
	}

	@Test
	void attemptsOfThePipelineAreNotMultiplied() {
		RetryRules quick = new RetryRules(3, (attempt, error) -> Duration.ZERO, false);
		RetryStage stage = new RetryStage(
				Retry.of("elevenlabs", RetryConfig.custom().retryOnException(new TransientErrors()).build()), quick,
				new RetryBudget(10, 0), null, Schedulers.parallel());
		TestReplies service = TestReplies.always(TestReplies.failure(ErrorKind.SERVER));
		assertThatExceptionOfType(ElevenLabsException.class).isThrownBy(() -> this.template
			.execute((context) -> stage.handle(TestReplies.SPEECH, service).blockLast(Duration.ofSeconds(5))));
		assertThat(service.attempts).hasValue(3);
	}

	private int attempts(RuntimeException error) {
		AtomicInteger attempts = new AtomicInteger();
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> this.template.execute((context) -> {
			attempts.incrementAndGet();
			throw error;
		})).isSameAs(error);
		return attempts.get();
	}

}
