package io.github.elevenspring.autoconfigure;

import java.util.List;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsOperations;
import io.github.elevenspring.template.SpeechOperations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.ArgumentCaptor;
import reactor.test.publisher.TestPublisher;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ContextConsumer;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

/**
 * Tests of {@link CacheWarmUp}. The service answers when the test says so.
 */
@ExtendWith(OutputCaptureExtension.class)
class CacheWarmUpTests {

	private final SpeechOperations speech = mock(SpeechOperations.class);

	private final List<TestPublisher<byte[]>> answers = List.of(TestPublisher.create(), TestPublisher.create(),
			TestPublisher.create());

	@Test
	void speaksEachPhraseTwoAtATimeWhenTheApplicationIsReady(CapturedOutput output) {
		run((context) -> {
			verify(this.speech, times(0)).stream(any());
			ready(context);
			ArgumentCaptor<SpeechRequest> requests = ArgumentCaptor.forClass(SpeechRequest.class);
			verify(this.speech, times(2)).stream(requests.capture());
			this.answers.get(1).complete();
			verify(this.speech, times(3)).stream(requests.capture());
			assertThat(requests.getValue()).isEqualTo(SpeechRequest.of("Three")
				.voice("v")
				.model("m")
				.format(OutputFormat.PCM_24000)
				.mutate()
				.options(CallOptions.defaults().withPriority(Priority.BATCH).withFallbackAllowed(false))
				.build());
			this.answers.get(0).complete();
			this.answers.get(2).complete();
			assertThat(output).contains("Phrases spoken ahead: 3, failed: 0");
		});
	}

	@Test
	void goesOnAfterAFailureAndTellsOfOneOnly(CapturedOutput output) {
		run((context) -> {
			ready(context);
			this.answers.get(0).error(new ElevenLabsRejectedException(ErrorKind.INVALID, "No voice is named"));
			this.answers.get(1).error(new IllegalStateException("Another trouble"));
			this.answers.get(2).complete();
			assertThat(output).containsOnlyOnce("A phrase could not be spoken ahead: No voice is named")
				.contains("Phrases spoken ahead: 1, failed: 2")
				.doesNotContain("Another trouble");
		});
	}

	@Test
	void leavesWithTheApplication() {
		run((context) -> {
			ready(context);
			context.getSourceApplicationContext().close();
			this.answers.get(0).assertCancelled();
			this.answers.get(1).assertCancelled();
			verify(this.speech, times(2)).stream(any());
		});
	}

	private void run(ContextConsumer<AssertableApplicationContext> test) {
		given(this.speech.stream(any())).willReturn(this.answers.get(0).flux())
			.willReturn(this.answers.get(1).flux())
			.willReturn(this.answers.get(2).flux());
		ElevenLabsOperations operations = mock(ElevenLabsOperations.class);
		given(operations.speech()).willReturn(this.speech);
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(ElevenLabsCacheAutoConfiguration.class,
					ElevenLabsCaffeineCacheAutoConfiguration.class))
			.withBean(ElevenLabsConnectionDetails.class, () -> mock(ElevenLabsConnectionDetails.class))
			.withBean(ElevenLabsOperations.class, () -> operations)
			.withPropertyValues("elevenlabs.cache.warm-up[0].text=One", "elevenlabs.cache.warm-up[1].text=Two",
					"elevenlabs.cache.warm-up[2].text=Three", "elevenlabs.cache.warm-up[2].voice-id=v",
					"elevenlabs.cache.warm-up[2].model-id=m", "elevenlabs.cache.warm-up[2].output-format=pcm_24000")
			.run(test);
	}

	private static void ready(AssertableApplicationContext context) {
		context.publishEvent(new ApplicationReadyEvent(new SpringApplication(), new String[0],
				context.getSourceApplicationContext(), null));
	}

}
