package io.github.elevenspring.autoconfigure;

import java.time.Duration;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.limiter.ConcurrencyGroup;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.LimiterStage;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;
import reactor.test.StepVerifier;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
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
	@ValueSource(strings = { "elevenlabs.plan=gold", "elevenlabs.limiter.limits.standard=0",
			"elevenlabs.limiter.headroom=-1", "elevenlabs.limiter.queue.capacity=-1",
			"elevenlabs.limiter.queue.batch-share=90", "elevenlabs.limiter.rate.algorithm=leaky-bucket" })
	void refusesAValueThatCannotBeMeant(String property) {
		this.runner.withPropertyValues(property).run((context) -> assertThat(context).hasFailed());
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
		LoopResources loops = LoopResources.create("limiter-tests");
		DisposableServer account = HttpServer.create()
			.runOn(loops)
			.host("127.0.0.1")
			.port(0)
			.handle((request, response) -> response.header("Content-Type", "application/json")
				.sendString(Mono.just("{\"tier\":\"pro\"}")))
			.bindNow();
		try {
			this.runner.withPropertyValues("elevenlabs.base-url=http://127.0.0.1:" + account.port()).run((context) -> {
				ConcurrencyLimits limits = context.getBean(ConcurrencyLimits.class);
				assertThat(limit(limits)).isEqualTo(2);
				context.publishEvent(mock(ApplicationReadyEvent.class));
				await().untilAsserted(() -> assertThat(limit(limits)).isEqualTo(10));
			});
		}
		finally {
			account.disposeNow();
			loops.dispose();
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
