package io.github.elevenspring.autoconfigure;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.KeyManagerFactory;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;
import reactor.test.StepVerifier;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Boot's own settings for HTTP clients hold for this client too, over a real TLS
 * connection and with each connector that Boot offers on this class path.
 */
class HttpSettingsTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(20);

	private static final String PASSWORD = "changeit";

	@TempDir
	static Path folder;

	// Apart from the event loops that a context stops when it is closed
	private static final LoopResources LOOPS = LoopResources.create("http-settings-tests");

	private static DisposableServer secure;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, HttpClientAutoConfiguration.class,
				ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
				ElevenLabsClientAutoConfiguration.class, ElevenLabsAutoConfiguration.class))
		.withPropertyValues("elevenlabs.api-key=k", "spring.ssl.bundle.jks.test.truststore.password=" + PASSWORD,
				"spring.ssl.bundle.jks.test.truststore.location=file:" + keyStore());

	@BeforeAll
	static void startSecureServer() throws Exception {
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-keyalg", "EC", "-alias", "test", "-dname", "CN=localhost", "-ext",
				"san=dns:localhost,ip:127.0.0.1", "-storetype", "PKCS12", "-keystore", keyStore().toString(),
				"-storepass", PASSWORD)
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start();
		assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream input = Files.newInputStream(keyStore())) {
			store.load(input, PASSWORD.toCharArray());
		}
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(store, PASSWORD.toCharArray());
		SslContext tls = SslContextBuilder.forServer(keys).build();
		secure = subscriptions(HttpServer.create().runOn(LOOPS).secure((spec) -> spec.sslContext(tls))).bindNow();
	}

	@AfterAll
	static void stopSecureServer() {
		secure.disposeNow();
		LOOPS.dispose();
	}

	@ParameterizedTest
	@ValueSource(strings = { "elevenlabs.ssl.bundle=test", "spring.http.clients.ssl.bundle=test" })
	void trustsWhatTheBundleTrusts(String bundle) {
		this.runner.withPropertyValues(bundle, "elevenlabs.base-url=https://127.0.0.1:" + secure.port())
			.run((context) -> assertThat(
					context.getBean(ElevenLabsTemplate.class).account().subscription().block(LONG_ENOUGH).tier())
				.isEqualTo("pro"));
	}

	@Test
	void saysWhatToCheckWhenTheServerIsNotTrusted() {
		this.runner.withPropertyValues("elevenlabs.base-url=https://127.0.0.1:" + secure.port())
			.run((context) -> StepVerifier.create(context.getBean(ElevenLabsTemplate.class).account().subscription())
				.expectErrorSatisfies((error) -> {
					assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.NETWORK);
					assertThat(error).hasMessageContaining("certificate").hasMessageContaining("elevenlabs.ssl.bundle");
				})
				.verify(LONG_ENOUGH));
	}

	@ParameterizedTest
	@ValueSource(strings = { "reactor", "jdk" })
	void speaksThroughEachConnector(String connector) {
		DisposableServer plain = subscriptions(HttpServer.create().runOn(LOOPS)).bindNow();
		try {
			this.runner
				.withPropertyValues("spring.http.clients.reactive.connector=" + connector,
						"elevenlabs.base-url=http://127.0.0.1:" + plain.port())
				.run((context) -> assertThat(
						context.getBean(ElevenLabsTemplate.class).account().subscription().block(LONG_ENOUGH).tier())
					.isEqualTo("pro"));
		}
		finally {
			plain.disposeNow();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "reactor", "jdk" })
	void doesNotCarryTheKeyAlongARedirect(String connector) {
		AtomicInteger elsewhere = new AtomicInteger();
		DisposableServer other = HttpServer.create()
			.runOn(LOOPS)
			.host("127.0.0.1")
			.port(0)
			.handle((request, response) -> {
				elsewhere.incrementAndGet();
				return response.send();
			})
			.bindNow();
		DisposableServer redirecting = HttpServer.create()
			.runOn(LOOPS)
			.host("127.0.0.1")
			.port(0)
			.handle((request, response) -> response.sendRedirect("http://127.0.0.1:" + other.port() + "/v1"))
			.bindNow();
		try {
			this.runner
				.withPropertyValues("spring.http.clients.reactive.connector=" + connector,
						"spring.http.clients.redirects=follow",
						"elevenlabs.base-url=http://127.0.0.1:" + redirecting.port())
				.run((context) -> StepVerifier
					.create(context.getBean(ElevenLabsTemplate.class).account().subscription())
					.expectErrorSatisfies((error) -> assertThat(error).hasMessageContaining("redirect"))
					.verify(LONG_ENOUGH));
			assertThat(elsewhere).hasValue(0);
		}
		finally {
			redirecting.disposeNow();
			other.disposeNow();
		}
	}

	private static HttpServer subscriptions(HttpServer server) {
		return server.host("127.0.0.1")
			.port(0)
			.handle((request, response) -> response.header("Content-Type", "application/json")
				.sendString(Mono.just("{\"tier\":\"pro\"}")));
	}

	private static Path keyStore() {
		return folder.resolve("test.p12");
	}

}
