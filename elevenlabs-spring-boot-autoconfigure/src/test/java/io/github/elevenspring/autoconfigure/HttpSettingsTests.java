package io.github.elevenspring.autoconfigure;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.KeyManagerFactory;

import io.github.elevenspring.LoopbackServer;
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

	private static final String PRO = "{\"tier\":\"pro\"}";

	private static LoopbackServer secure;

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
		secure = LoopbackServer.start((server) -> server.secure((spec) -> spec.sslContext(tls))
			.handle((request, response) -> response.header("Content-Type", "application/json")
				.sendString(Mono.just(PRO))));
	}

	@AfterAll
	static void stopSecureServer() {
		secure.close();
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
		try (LoopbackServer plain = LoopbackServer.answeringJson(PRO)) {
			this.runner
				.withPropertyValues("spring.http.clients.reactive.connector=" + connector,
						"elevenlabs.base-url=" + plain.uri())
				.run((context) -> assertThat(
						context.getBean(ElevenLabsTemplate.class).account().subscription().block(LONG_ENOUGH).tier())
					.isEqualTo("pro"));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "reactor", "jdk" })
	void doesNotCarryTheKeyAlongARedirect(String connector) {
		AtomicInteger elsewhere = new AtomicInteger();
		try (LoopbackServer other = LoopbackServer.answering((request, response) -> {
			elsewhere.incrementAndGet();
			return response.send();
		});
				LoopbackServer redirecting = LoopbackServer
					.answering((request, response) -> response.sendRedirect(other.uri() + "/v1"))) {
			this.runner
				.withPropertyValues("spring.http.clients.reactive.connector=" + connector,
						"spring.http.clients.redirects=follow", "elevenlabs.base-url=" + redirecting.uri())
				.run((context) -> StepVerifier
					.create(context.getBean(ElevenLabsTemplate.class).account().subscription())
					.expectErrorSatisfies((error) -> assertThat(error).hasMessageContaining("redirect"))
					.verify(LONG_ENOUGH));
			assertThat(elsewhere).hasValue(0);
		}
	}

	private static Path keyStore() {
		return folder.resolve("test.p12");
	}

}
