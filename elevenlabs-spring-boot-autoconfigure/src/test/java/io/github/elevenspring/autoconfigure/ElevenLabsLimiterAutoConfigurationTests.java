package io.github.elevenspring.autoconfigure;

import java.time.Duration;

import io.github.elevenspring.LoopbackServer;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.limiter.ConcurrencyGroup;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.LimiterStage;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.StepVerifier;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

/**
 * How the limiter is wired, what its properties do, and how it ends.
 */
class ElevenLabsLimiterAutoConfigurationTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, ElevenLabsClientAutoConfiguration.class,
				ElevenLabsAutoConfiguration.class, ElevenLabsLimiterAutoConfiguration.class))
		.withPropertyValues("elevenlabs.api-key=k", "elevenlabs.base-url=http://127.0.0.1:1");

	@Test
	void beginsLowUntilThePlanIsKnown() {
		this.runner.run((context) -> assertThat(limit(context.getBean(ConcurrencyLimits.class))).isEqualTo(2));
	}

	@ParameterizedTest
	@CsvSource({ "free,2", "starter,3", "creator,5", "pro,10", "scale,15", "business,15" })
	void allowsWhatThePlanAllows(String plan, int limit) {
		this.runner.withPropertyValues("elevenlabs.plan=" + plan)
			.run((context) -> assertThat(limit(context.getBean(ConcurrencyLimits.class))).isEqualTo(limit));
	}

	@Test
	void takesALimitOfItsOwnAndHeadroom() {
		this.runner
			.withPropertyValues("elevenlabs.plan=pro", "elevenlabs.limiter.limits.standard=7",
					"elevenlabs.limiter.headroom=2")
			.run((context) -> {
				ConcurrencyLimits limits = context.getBean(ConcurrencyLimits.class);
				assertThat(limit(limits)).isEqualTo(5);
				assertThat(limits.snapshot().get(ConcurrencyGroup.FLASH).limit()).isEqualTo(18);
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					plan=gold                               | No enum constant
					limiter.limits.realtime-transcription=0 | 'elevenlabs.limiter.limits.realtime-transcription' must be positive
					limiter.headroom=-1                     | 'elevenlabs.limiter.headroom' must not be negative
					limiter.drain-timeout=-1s               | 'elevenlabs.limiter.drain-timeout' must not be negative
					limiter.queue.capacity=-1               | 'elevenlabs.limiter.queue.capacity' must not be negative
					limiter.queue.max-wait=-1s              | 'elevenlabs.limiter.queue.max-wait' must not be negative
					limiter.queue.ageing=-1s                | 'elevenlabs.limiter.queue.ageing' must not be negative
					limiter.queue.normal-share=-1           | 'elevenlabs.limiter.queue.normal-share' must not be negative
					limiter.queue.batch-share=-1            | 'elevenlabs.limiter.queue.batch-share' must not be negative
					limiter.queue.batch-share=80            | must leave something for interactive calls
					limiter.rate.algorithm=leaky-bucket     | No enum constant
					limiter.rate.calls=0                    | 'elevenlabs.limiter.rate.calls' must be from 1 to 100000
					limiter.rate.calls=2000000000           | 'elevenlabs.limiter.rate.calls' must be from 1 to 100000
					limiter.rate.period=0s                  | 'elevenlabs.limiter.rate.period' must be positive, a day at the most
					limiter.rate.period=200000d             | 'elevenlabs.limiter.rate.period' must be positive, a day at the most
					""")
	void refusesAValueThatCannotBeMeant(String property, String message) {
		this.runner.withPropertyValues("elevenlabs." + property)
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining(message));
	}

	@ParameterizedTest
	@ValueSource(strings = { "drain-timeout=0s", "drain-timeout=200000d", "queue.capacity=0", "queue.max-wait=200000d",
			"queue.batch-share=79", "rate.calls=100000", "rate.period=24h" })
	void takesAnExtremeValueThatCanBeMeant(String property) {
		this.runner
			.withPropertyValues("elevenlabs.limiter." + property, "elevenlabs.limiter.rate.algorithm=sliding-window")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void warnsOfHeadroomThatLeavesNoSlot(CapturedOutput output) {
		this.runner.withPropertyValues("elevenlabs.plan=pro", "elevenlabs.limiter.headroom=5").run((context) -> {
			context.publishEvent(mock(ApplicationReadyEvent.class));
			assertThat(output).contains("elevenlabs.limiter.headroom of 5 leaves no slot of [MUSIC]");
		});
	}

	@Test
	void canBeSwitchedOff() {
		this.runner.withPropertyValues("elevenlabs.limiter.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(ElevenLabsTemplate.class)
				.doesNotHaveBean(LimiterStage.class)
				.doesNotHaveBean(ConcurrencyLimits.class));
	}

	@Test
	void readsThePlanFromTheAccountWhenTheApplicationIsReady() {
		try (LoopbackServer account = LoopbackServer.answeringJson("{\"tier\":\"pro\"}")) {
			this.runner.withPropertyValues("elevenlabs.base-url=" + account.uri()).run((context) -> {
				ConcurrencyLimits limits = context.getBean(ConcurrencyLimits.class);
				assertThat(limit(limits)).isEqualTo(2);
				context.publishEvent(mock(ApplicationReadyEvent.class));
				await().untilAsserted(() -> assertThat(limit(limits)).isEqualTo(10));
			});
		}
	}

	@Test
	void takesNoCallsWhileItShutsDown() {
		this.runner.run((context) -> {
			ElevenLabsTemplate template = context.getBean(ElevenLabsTemplate.class);
			context.getSourceApplicationContext().stop();
			StepVerifier.create(template.speech().stream(SpeechRequest.of("Hello").voice("v")))
				.expectErrorSatisfies(
						(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.SHUTDOWN))
				.verify(LONG_ENOUGH);
			context.getSourceApplicationContext().start();
			StepVerifier.create(template.speech().stream(SpeechRequest.of("Hello").voice("v")))
				.expectErrorSatisfies(
						(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.NETWORK))
				.verify(LONG_ENOUGH);
		});
	}

	private static int limit(ConcurrencyLimits limits) {
		return limits.snapshot().get(ConcurrencyGroup.STANDARD).limit();
	}

}
