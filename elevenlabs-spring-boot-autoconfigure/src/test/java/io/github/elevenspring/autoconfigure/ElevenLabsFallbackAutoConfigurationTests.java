package io.github.elevenspring.autoconfigure;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.elevenspring.cache.CacheSettings;
import io.github.elevenspring.cache.CacheTier;
import io.github.elevenspring.cache.SpeechCache;
import io.github.elevenspring.client.ScriptedServer;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.fallback.FallbackSettings;
import io.github.elevenspring.fallback.FallbackSpeech;
import io.github.elevenspring.fallback.FallbackStage;
import io.github.elevenspring.fallback.SpeechDegradedEvent;
import io.github.elevenspring.fallback.SpeechFallback;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.Speech;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.resilience.CircuitBreakers;
import io.github.elevenspring.resilience.IgnoredErrors;
import io.github.elevenspring.resilience.VendorFaults;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.github.elevenspring.template.SpeechOperations;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How the fallback chain is wired and what its properties do. Nobody listens at the
 * address of the service.
 */
class ElevenLabsFallbackAutoConfigurationTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private static final SpeechRequest REQUEST = SpeechRequest.of("Hello").voice("v");

	private static final AutoConfigurations KEEPING = AutoConfigurations.of(ElevenLabsCacheAutoConfiguration.class,
			ElevenLabsCaffeineCacheAutoConfiguration.class);

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
						ElevenLabsClientAutoConfiguration.class, ElevenLabsAutoConfiguration.class,
						ElevenLabsFallbackAutoConfiguration.class, MetricsAutoConfiguration.class))
		.withPropertyValues("elevenlabs.api-key=k", "elevenlabs.base-url=http://127.0.0.1:1");

	@Test
	void nothingSpeaksUnlessTheChainNamesIt() {
		this.runner.withBean(SpeechFallback.class, () -> engine("local"))
			.run((context) -> StepVerifier.create(context.getBean(ElevenLabsTemplate.class).speech().convert(REQUEST))
				.expectErrorSatisfies(
						(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.NETWORK))
				.verify(LONG_ENOUGH));
	}

	@Test
	void anEngineOfTheApplicationSpeaksAndIsSeen() {
		this.runner.withPropertyValues("elevenlabs.fallback.chain=engine")
			.withBean(Fluent.class)
			.withBean(Declining.class)
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withBean(Listener.class)
			.run((context) -> {
				Speech speech = context.getBean(ElevenLabsTemplate.class).speech().convert(REQUEST).block(LONG_ENOUGH);
				Degradation degradation = new Degradation(Degradation.Kind.ENGINE, ErrorKind.NETWORK, "first",
						OutputFormat.WAV_24000);
				assertThat(speech.delivery().degradation()).isEqualTo(degradation);
				assertThat(speech.format()).isEqualTo(OutputFormat.WAV_24000);
				assertThat(context.getBean(Listener.class).events).singleElement()
					.satisfies((event) -> assertThat(event.degradation()).isEqualTo(degradation));
				assertThat(context.getBean(MeterRegistry.class).get("elevenlabs.fallbacks").functionCounters())
					.singleElement()
					.satisfies((counter) -> {
						assertThat(counter.getId().getTag("kind")).isEqualTo("engine");
						assertThat(counter.count()).isEqualTo(1);
					});
			});
	}

	@Test
	void theFallbackHasTheTimeToSpeakHoweverShortTheDeadline() throws Exception {
		try (ScriptedServer server = ScriptedServer.follow(ScriptedServer.Peer::stall)) {
			this.runner
				.withPropertyValues("elevenlabs.fallback.chain=engine", "elevenlabs.base-url=" + server.uri(),
						"elevenlabs.retry.enabled=false")
				.withConfiguration(KEEPING)
				.withConfiguration(AutoConfigurations.of(ElevenLabsLimiterAutoConfiguration.class,
						ElevenLabsCircuitBreakerAutoConfiguration.class))
				.withBean(SpeechFallback.class, () -> engine("local"))
				.withBean(CircuitBreakers.class,
						() -> new CircuitBreakers((name) -> CircuitBreaker.of(name,
								CircuitBreakerConfig.custom()
									.minimumNumberOfCalls(1)
									.recordException(new VendorFaults())
									.ignoreException(new IgnoredErrors())
									.build()),
								Schedulers.parallel()))
				.run((context) -> {
					SpeechOperations speech = context.getBean(ElevenLabsTemplate.class).speech();
					List<ErrorKind> causes = new ArrayList<>();
					for (int i = 0; i < 2; i++) {
						Speech spoken = speech.convert(REQUEST.deadline(Duration.ofSeconds(1))).block(LONG_ENOUGH);
						causes.add(spoken.delivery().degradation().cause());
					}
					assertThat(causes).containsExactly(ErrorKind.TIMEOUT, ErrorKind.TIMEOUT);
				});
		}
	}

	@Test
	void aChainHasItsMetersBeforeItIsNeeded() {
		this.runner.withPropertyValues("elevenlabs.fallback.chain=stale-cache, model", "elevenlabs.fallback.model-id=m")
			.withConfiguration(KEEPING)
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> assertThat(
					context.getBean(MeterRegistry.class).get("elevenlabs.fallbacks").functionCounters())
				.allMatch((counter) -> counter.count() == 0)
				.extracting((counter) -> counter.getId().getTag("kind"))
				.containsExactlyInAnyOrder("stale-cache", "model"));
	}

	@Test
	void readsAllProperties() {
		this.runner
			.withPropertyValues("elevenlabs.fallback.chain=voice, model", "elevenlabs.fallback.voice-id=v2",
					"elevenlabs.fallback.model-ids.eleven_v3=eleven_multilingual_v2",
					"elevenlabs.fallback.errors.model=server, timeout")
			.run((context) -> {
				ElevenLabsFallbackProperties properties = context.getBean(ElevenLabsFallbackProperties.class);
				assertThat(properties.chain()).containsExactly(Degradation.Kind.VOICE, Degradation.Kind.MODEL);
				assertThat(properties.modelIds()).containsEntry("eleven_v3", "eleven_multilingual_v2");
				assertThat(properties.toSettings(context.getBean(ElevenLabsCacheProperties.class))
					.errorsFor(Degradation.Kind.MODEL)).containsExactlyInAnyOrder(ErrorKind.SERVER, ErrorKind.TIMEOUT);
			});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					elevenlabs.fallback.chain=engine           | SpeechFallback
					elevenlabs.fallback.chain=model            | elevenlabs.fallback.model-id
					elevenlabs.fallback.chain=voice            | elevenlabs.fallback.voice-id
					elevenlabs.fallback.chain=magic            | magic
					elevenlabs.fallback.chain=engine,engine    | 'elevenlabs.fallback.chain' must not name a step twice
					elevenlabs.fallback.errors.engine=timeout  | 'elevenlabs.fallback.errors' names 'engine'
					elevenlabs.fallback.chain=engine;elevenlabs.fallback.errors.engine=auth      | 'elevenlabs.fallback.errors.engine' must not name 'auth'
					elevenlabs.fallback.chain=engine;elevenlabs.fallback.errors.engine=not_found | 'elevenlabs.fallback.errors.engine' must not name 'not_found'
					""",
			quoteCharacter = '"')
	void refusesAValueThatCannotBeMeant(String properties, String message) {
		this.runner.withPropertyValues(properties.split(";"))
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining(message));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					elevenlabs.fallback.chain=model,engine                                | elevenlabs.fallback.chain    | model,engine
					elevenlabs.fallback.chain[0]=model;elevenlabs.fallback.chain[1]=engine | elevenlabs.fallback.chain[1] | engine
					""")
	void namesThePropertyWhoseStepCannotBeMeant(String properties, String name, String value) {
		this.runner.withPropertyValues(properties.split(";"))
			.withPropertyValues("elevenlabs.fallback.model-id=m")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (failure) -> {
					assertThat(failure.getName()).isEqualTo(name);
					assertThat(failure.getValue()).isEqualTo(value);
					assertThat(failure.getReason())
						.isEqualTo("'engine' needs a bean of type SpeechFallback: declare one, or leave it out");
				}));
	}

	@Test
	void refusesOldAnswersWhereNothingIsKept() {
		this.runner.withPropertyValues("elevenlabs.fallback.chain=stale-cache")
			.withConfiguration(AutoConfigurations.of(ElevenLabsCacheAutoConfiguration.class))
			.run((context) -> assertThatTheChainIsRefused(context,
					"'stale-cache' needs a cache that keeps answers: add Caffeine"));
	}

	@Test
	void refusesOldAnswersWhereNoneAreKept() {
		this.runner.withPropertyValues("elevenlabs.fallback.chain=stale-cache", "elevenlabs.cache.stale-ttl=0")
			.withConfiguration(KEEPING)
			.run((context) -> assertThatTheChainIsRefused(context,
					"'stale-cache' needs a cache that keeps old answers: set elevenlabs.cache.stale-ttl"));
	}

	@Test
	void takesOldAnswersFromACacheOfTheApplication() {
		SpeechCache own = new SpeechCache(List.of(CacheTier.inMemory(new ConcurrentMapCacheManager().getCache("own"))),
				new CacheSettings(Duration.ofDays(1), Duration.ofDays(1), 1), () -> "", (request) -> request,
				Clock.systemUTC());
		this.runner.withPropertyValues("elevenlabs.fallback.chain=stale-cache", "elevenlabs.cache.stale-ttl=0")
			.withConfiguration(AutoConfigurations.of(ElevenLabsCacheAutoConfiguration.class))
			.withBean(SpeechCache.class, () -> own)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void passesOverOldAnswersWhereTheCacheIsSwitchedOff() {
		this.runner
			.withPropertyValues("elevenlabs.fallback.chain=stale-cache, engine", "elevenlabs.cache.enabled=false")
			.withConfiguration(KEEPING)
			.withBean(SpeechFallback.class, () -> (request, error) -> Mono.empty())
			.run((context) -> StepVerifier.create(context.getBean(ElevenLabsTemplate.class).speech().convert(REQUEST))
				.expectErrorSatisfies((error) -> assertThat(error).hasNoSuppressedExceptions())
				.verify(LONG_ENOUGH));
	}

	private static void assertThatTheChainIsRefused(AssertableApplicationContext context, String reason) {
		assertThat(context).getFailure()
			.rootCause()
			.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (failure) -> {
				assertThat(failure.getName()).isEqualTo("elevenlabs.fallback.chain");
				assertThat(failure.getReason()).startsWith(reason);
			});
	}

	@Test
	void backsOffForAStageOfTheApplication() {
		this.runner.withPropertyValues("elevenlabs.fallback.chain=engine")
			.withBean("own", FallbackStage.class,
					() -> new FallbackStage(new FallbackSettings(List.of(), null, Map.of(), null, Map.of()), List.of(),
							new ModelCatalog(), Schedulers.parallel(), (event) -> {
							}))
			.run((context) -> assertThat(context).hasSingleBean(FallbackStage.class).hasBean("own"));
	}

	private static SpeechFallback engine(String name) {
		return (request, error) -> Mono
			.just(new FallbackSpeech(name, OutputFormat.WAV_24000, Flux.just(new byte[] { 1 })));
	}

	@Order(1)
	static class Fluent implements SpeechFallback {

		@Override
		public Mono<FallbackSpeech> speak(SpeechRequest request, ElevenLabsException error) {
			return engine("first").speak(request, error);
		}

	}

	@Order(0)
	static class Declining implements SpeechFallback {

		@Override
		public Mono<FallbackSpeech> speak(SpeechRequest request, ElevenLabsException error) {
			return Mono.empty();
		}

	}

	static class Listener {

		private final List<SpeechDegradedEvent> events = new ArrayList<>();

		@EventListener
		void on(SpeechDegradedEvent event) {
			this.events.add(event);
		}

	}

}
