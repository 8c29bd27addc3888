package io.github.elevenspring.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.github.elevenspring.LoopbackServer;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.client.ElevenLabsClient;
import io.github.elevenspring.model.Region;
import io.github.elevenspring.client.WireTypeHints;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.account.Subscription;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsOperations;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * What is wired when, and what replaces it.
 */
class ElevenLabsAutoConfigurationTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(SslAutoConfiguration.class, HttpClientAutoConfiguration.class, ReactiveHttpClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, ElevenLabsClientAutoConfiguration.class,
				ElevenLabsAutoConfiguration.class, ElevenLabsSanitizingAutoConfiguration.class));

	@Test
	void providesATemplateWithoutAnyProperty() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(ElevenLabsTemplate.class)
			.hasSingleBean(ElevenLabsOperations.class)
			.hasSingleBean(ElevenLabsClient.class));
	}

	@Test
	void failsTheFirstCallAndNotTheStartWithoutAKey() {
		this.runner.withPropertyValues("elevenlabs.base-url=http://127.0.0.1:1")
			.run((context) -> StepVerifier.create(context.getBean(ElevenLabsTemplate.class).account().subscription())
				.expectErrorSatisfies((error) -> {
					assertThat(error).isInstanceOf(ElevenLabsRejectedException.class)
						.hasMessageContaining("elevenlabs.api-key")
						.hasMessageContaining("ELEVENLABS_API_KEY");
					assertThat(((ElevenLabsRejectedException) error).getKind()).isEqualTo(ErrorKind.AUTH);
				})
				.verify(LONG_ENOUGH));
	}

	@Test
	void goesToTheRegion() {
		this.runner.withPropertyValues("elevenlabs.region=eu")
			.run((context) -> assertThat(context.getBean(ElevenLabsConnectionDetails.class).getBaseUrl())
				.isEqualTo(Region.EU.baseUrl()));
	}

	@Test
	void goesToTheBaseUrlRatherThanToTheRegion() {
		this.runner.withPropertyValues("elevenlabs.region=eu", "elevenlabs.base-url=https://proxy.example/eleven")
			.run((context) -> assertThat(context.getBean(ElevenLabsConnectionDetails.class).getBaseUrl())
				.isEqualTo(URI.create("https://proxy.example/eleven")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080",
			"https://api.elevenlabs.io", "https://proxy.example:8443/eleven" })
	void takesAnAddressThatKeepsTheKeySafe(String baseUrl) {
		this.runner.withPropertyValues("elevenlabs.base-url=" + baseUrl)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://api.elevenlabs.io", "http://127.0.0.1.example.org", "http://localhost.example.org",
			"ftp://127.0.0.1", "api.elevenlabs.io", "https://user:secret@api.elevenlabs.io",
			"https://api.elevenlabs.io?a=b", "https://api.elevenlabs.io#a" })
	void refusesAnAddressThatDoesNot(String baseUrl) {
		this.runner.withPropertyValues("elevenlabs.base-url=" + baseUrl)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(IllegalArgumentException.class)
				.hasMessageContaining("elevenlabs.base-url"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "elevenlabs.timeout.connect=0s", "elevenlabs.timeout.first-byte=-1s",
			"elevenlabs.timeout.idle=0s", "elevenlabs.timeout.total=0s", "elevenlabs.max-in-memory-size=0B",
			"elevenlabs.defaults.output-format=MP3 please", "elevenlabs.region=mars" })
	void refusesAValueThatCannotBeMeant(String property) {
		this.runner.withPropertyValues(property).run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void bindsAllProperties() {
		this.runner
			.withPropertyValues("elevenlabs.api-key=k", "elevenlabs.defaults.voice-id=v",
					"elevenlabs.defaults.model-id=m", "elevenlabs.defaults.output-format=pcm_16000",
					"elevenlabs.timeout.connect=1s", "elevenlabs.timeout.first-byte=2s", "elevenlabs.timeout.idle=3s",
					"elevenlabs.timeout.total=4s", "elevenlabs.max-in-memory-size=5MB")
			.run((context) -> {
				ElevenLabsProperties properties = context.getBean(ElevenLabsProperties.class);
				assertThat(properties.defaults())
					.isEqualTo(new ElevenLabsProperties.Defaults("v", "m", OutputFormat.PCM_16000));
				assertThat(properties.timeout()).isEqualTo(new ElevenLabsProperties.Timeout(Duration.ofSeconds(1),
						Duration.ofSeconds(2), Duration.ofSeconds(3), Duration.ofSeconds(4)));
				assertThat(properties.maxInMemorySize().toMegabytes()).isEqualTo(5);
				assertThat(properties.toString()).doesNotContain("apiKey=k");
			});
	}

	@Test
	void backsOffForTheUsersOperations() {
		this.runner.withBean(ElevenLabsOperations.class, () -> mock(ElevenLabsOperations.class))
			.run((context) -> assertThat(context).doesNotHaveBean(ElevenLabsTemplate.class));
	}

	@Test
	void backsOffForTheUsersConnectionDetails() {
		this.runner.withUserConfiguration(RotatingKeyConfiguration.class)
			.run((context) -> assertThat(context).hasSingleBean(ElevenLabsConnectionDetails.class)
				.doesNotHaveBean(PropertiesElevenLabsConnectionDetails.class));
	}

	@Test
	void backsOffWithoutWebClient() {
		this.runner.withClassLoader(new FilteredClassLoader(WebClient.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ElevenLabsTemplate.class));
	}

	@Test
	void readsKeyAndAddressForEachCall() {
		List<String> keys = new ArrayList<>();
		try (LoopbackServer server = LoopbackServer.answering((request, response) -> {
			keys.add(request.requestHeaders().get("xi-api-key"));
			return response.header("Content-Type", "application/json").sendString(Mono.just("{\"tier\":\"free\"}"));
		})) {
			this.runner.withUserConfiguration(RotatingKeyConfiguration.class).run((context) -> {
				ElevenLabsTemplate template = context.getBean(ElevenLabsTemplate.class);
				RotatingConnectionDetails connection = context.getBean(RotatingConnectionDetails.class);
				connection.baseUrl.set(server.uri());
				connection.key.set("first");
				template.account().subscription().block(LONG_ENOUGH);
				connection.key.set("second");
				template.account().subscription().block(LONG_ENOUGH);
				assertThat(keys).containsExactly("first", "second");
			});
		}
	}

	@Test
	void letsACustomizerChangeTheClient() {
		AtomicReference<String> seen = new AtomicReference<>();
		try (LoopbackServer server = LoopbackServer.answering((request, response) -> {
			seen.set(request.requestHeaders().get("X-Team") + " " + request.requestHeaders().get("User-Agent") + " "
					+ request.requestHeaders().get("xi-api-key"));
			return response.header("Content-Type", "application/json").sendString(Mono.just("{\"tier\":\"free\"}"));
		})) {
			this.runner.withUserConfiguration(CustomizerConfiguration.class)
				.withPropertyValues("elevenlabs.api-key=k", "elevenlabs.base-url=" + server.uri())
				.run((context) -> {
					context.getBean(ElevenLabsTemplate.class).account().subscription().block(LONG_ENOUGH);
					assertThat(seen).hasValue("blue mine k");
				});
		}
	}

	@Test
	void takesTheUsersStagesInTheirOrder() {
		this.runner.withUserConfiguration(StagesConfiguration.class)
			.withPropertyValues("elevenlabs.api-key=k", "elevenlabs.base-url=http://127.0.0.1:1",
					"elevenlabs.timeout.connect=1s")
			.run((context) -> {
				StagesConfiguration stages = context.getBean(StagesConfiguration.class);
				StepVerifier.create(context.getBean(ElevenLabsTemplate.class).account().user())
					.expectError()
					.verify(LONG_ENOUGH);
				assertThat(stages.passed).containsExactly("early", "late");
			});
	}

	@Test
	void observesACallWithoutItsText() {
		TestObservationRegistry registry = TestObservationRegistry.create();
		this.runner.withBean(TestObservationRegistry.class, () -> registry)
			.withPropertyValues("elevenlabs.api-key=k", "elevenlabs.base-url=http://127.0.0.1:1",
					"elevenlabs.defaults.voice-id=v")
			.run((context) -> {
				ElevenLabsTemplate template = context.getBean(ElevenLabsTemplate.class);
				StepVerifier.create(template.speech().stream(SpeechRequest.of("canary").model("made-up")))
					.expectError()
					.verify(LONG_ENOUGH);
				TestObservationRegistryAssert.assertThat(registry)
					.hasObservationWithNameEqualTo("elevenlabs.requests.duration")
					.that()
					.hasLowCardinalityKeyValue("operation", "speech.stream")
					.hasLowCardinalityKeyValue("model", "other")
					.hasLowCardinalityKeyValue("outcome", "error")
					.hasHighCardinalityKeyValue("elevenlabs.error_kind", "NETWORK")
					.hasBeenStarted()
					.hasBeenStopped();
			});
	}

	@Test
	void hidesTheConfiguredKeyAlsoWhereAnotherIsInUse() {
		this.runner.withUserConfiguration(RotatingKeyConfiguration.class)
			.withPropertyValues("elevenlabs.api-key=sk_of_the_user")
			.run((context) -> {
				SanitizingFunction function = context.getBean(SanitizingFunction.class);
				context.getBean(RotatingConnectionDetails.class).key.set("sk_in_use");
				for (SanitizableData data : List.of(new SanitizableData(null, "other", "x sk_of_the_user y"),
						new SanitizableData(null, "other", "sk_in_use"),
						new SanitizableData(null, "ELEVENLABS_API_KEY", "some older one"))) {
					assertThat(function.apply(data).getValue()).isEqualTo(SanitizableData.SANITIZED_VALUE);
				}
				SanitizableData harmless = new SanitizableData(null, "elevenlabs.region", "eu");
				assertThat(function.apply(harmless)).isSameAs(harmless);
			});
	}

	@Test
	void takesAnSslBundleByName() {
		this.runner.withPropertyValues("elevenlabs.ssl.bundle=missing")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("SSL bundle name 'missing'"));
	}

	@Test
	void registersHintsForTheJsonOfTheApi() {
		RuntimeHints hints = new RuntimeHints();
		new WireTypeHints().registerHints(hints, getClass().getClassLoader());
		assertThat(RuntimeHintsPredicates.reflection().onType(Subscription.class)).accepts(hints);
	}

	static final class RotatingConnectionDetails implements ElevenLabsConnectionDetails {

		final AtomicReference<String> key = new AtomicReference<>("none");

		final AtomicReference<URI> baseUrl = new AtomicReference<>(URI.create("http://127.0.0.1:1"));

		@Override
		public URI getBaseUrl() {
			return this.baseUrl.get();
		}

		@Override
		public String getApiKey() {
			return this.key.get();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class RotatingKeyConfiguration {

		@Bean
		RotatingConnectionDetails rotatingConnectionDetails() {
			return new RotatingConnectionDetails();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class CustomizerConfiguration {

		@Bean
		ElevenLabsWebClientCustomizer teamHeader() {
			return (builder) -> builder.defaultHeader("X-Team", "blue").defaultHeader("User-Agent", "mine");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class StagesConfiguration {

		final List<String> passed = new ArrayList<>();

		@Bean
		@Order(2000)
		CallStage late() {
			return (call, next) -> Flux.defer(() -> {
				this.passed.add("late");
				return next.proceed(call);
			});
		}

		@Bean
		@Order(500)
		CallStage early() {
			return (call, next) -> Flux.defer(() -> {
				this.passed.add("early");
				return next.proceed(call);
			});
		}

	}

}
