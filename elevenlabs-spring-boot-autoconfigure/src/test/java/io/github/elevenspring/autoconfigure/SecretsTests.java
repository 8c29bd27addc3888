package io.github.elevenspring.autoconfigure;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import io.github.elevenspring.LoopbackServer;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ClientHttpConnectorBuilderCustomizer;
import org.springframework.boot.http.client.reactive.ReactorClientHttpConnectorBuilder;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Looks for a key and a text in every place where they must not turn up: all loggers at
 * TRACE with wiretap and request details on, all exceptions with their causes, and all
 * pages of the actuator with values shown.
 */
class SecretsTests {

	private static final String KEY = "sk_canary_9b1d5e7f_key";

	private static final String TEXT = "The canary sings of forty-two umbrellas.";

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(20);

	private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

	@Test
	void neitherKeyNorTextTurnsUpAnywhere() {
		RecordingAppender log = RecordingAppender.attach();
		try (LoopbackServer server = server(); ConfigurableApplicationContext context = application(server.port())) {
			makeCallsOfAllKinds(context.getBean(ElevenLabsTemplate.class));
			assertThat(this.errors).hasSizeGreaterThanOrEqualTo(10);
			for (Throwable error : this.errors) {
				assertThat(error).isInstanceOf(ElevenLabsException.class);
				assertThat(printed(error)).doesNotContain(KEY).doesNotContain(TEXT).doesNotContain("umbrellas");
			}
			Map<String, String> pages = actuatorPages(context);
			assertThat(pages).containsKeys("env", "configprops", "beans", "metrics", "conditions");
			pages.forEach((page, content) -> assertThat(content).as(page).doesNotContain(KEY).doesNotContain(TEXT));
		}
		finally {
			log.detach();
		}
		assertThat(log.lines).anyMatch((line) -> line.contains("reactor.netty.http.client.HttpClient"))
			.anyMatch((line) -> line.contains("WRITE:"));
		assertThat(log.lines).noneMatch((line) -> line.contains(KEY))
			.noneMatch((line) -> line.contains(TEXT))
			.noneMatch((line) -> line.contains("umbrellas"));
	}

	private void makeCallsOfAllKinds(ElevenLabsTemplate template) {
		for (String voice : List.of("ok", "object", "legacy", "list", "string", "html", "failure", "ok-json", "ok-html",
				"empty", "reset")) {
			SpeechRequest request = SpeechRequest.of(TEXT).voice(voice);
			attempt(template.speech().convert(request));
			attempt(template.speech().stream(request));
			attempt(template.speech().convertWithTimestamps(request));
			attempt(template.speech().streamWithTimestamps(request));
			attempt(template.exchange(ApiRequest.post("/v1/text-to-speech/{id}", voice).body(Map.of("text", TEXT)),
					String.class));
		}
		attempt(template.speech().stream(SpeechRequest.of(TEXT.repeat(2000)).voice("ok")));
		attempt(template.account().subscription());
	}

	private void attempt(Publisher<?> call) {
		Throwable error = catchThrowable(() -> Flux.from(call).blockLast(LONG_ENOUGH));
		if (error != null) {
			this.errors.add(error);
		}
	}

	/**
	 * A server that repeats what it was sent, key and text, wherever an error could.
	 */
	private static LoopbackServer server() {
		return LoopbackServer.answering((request, response) -> {
			String key = request.requestHeaders().get("xi-api-key");
			return request.receive().aggregate().asString().defaultIfEmpty("").flatMapMany((body) -> {
				String quoted = (KEY + " " + TEXT).replace("\"", "'");
				String path = request.path();
				assertThat(key).isEqualTo(KEY);
				if (path.contains("/reset")) {
					return response.header("Content-Length", "1000")
						.sendString(Mono.just(TEXT))
						.then(Mono.error(new IllegalStateException("broken")));
				}
				if (path.contains("/ok-json")) {
					return json(response.status(200), "{\"detail\":{\"message\":\"" + quoted + "\"}}");
				}
				if (path.contains("/ok-html")) {
					return response.status(200)
						.header("Content-Type", "text/html")
						.sendString(Mono.just("<p>" + quoted));
				}
				if (path.contains("/object")) {
					return json(response.status(400), "{\"detail\":{\"code\":\"" + quoted + "\",\"status\":\"" + quoted
							+ "\",\"message\":\"" + quoted + "\",\"request_id\":\"" + quoted + "\"}}");
				}
				if (path.contains("/legacy")) {
					return json(response.status(401),
							"{\"detail\":{\"status\":\"quota_exceeded\",\"message\":\"Not enough for " + quoted
									+ "\"}}");
				}
				if (path.contains("/list")) {
					return json(response.status(422), "{\"detail\":[{\"loc\":[\"body\",\"" + quoted
							+ "\"],\"msg\":\"bad: " + quoted + "\",\"input\":\"" + quoted + "\"}]}");
				}
				if (path.contains("/string")) {
					return json(response.status(404), "{\"detail\":\"" + quoted + "\"}");
				}
				if (path.contains("/html")) {
					return response.status(502)
						.header("Content-Type", "text/html")
						.sendString(Mono.just("<p>" + quoted));
				}
				if (path.contains("/failure")) {
					return response.status(500).header("x-trace-id", "some trace").send();
				}
				if (path.contains("/empty")) {
					return response.status(200).send();
				}
				if (path.contains("/v1/user")) {
					return json(response.status(200), "{\"tier\":[\"" + quoted);
				}
				return response.header("Content-Type", "audio/mpeg").sendByteArray(Mono.just(new byte[] { 1, 2, 3 }));
			});
		});
	}

	private static Publisher<Void> json(HttpServerResponse response, String body) {
		return response.header("Content-Type", "application/json").sendString(Mono.just(body));
	}

	private static ConfigurableApplicationContext application(int port) {
		SpringApplication application = new SpringApplication(Application.class);
		application
			.setDefaultProperties(Map.ofEntries(Map.entry("server.port", "0"), Map.entry("server.address", "127.0.0.1"),
					Map.entry("elevenlabs.api-key", KEY), Map.entry("elevenlabs.base-url", "http://127.0.0.1:" + port),
					Map.entry("elevenlabs.timeout.first-byte", "1s"), Map.entry("elevenlabs.timeout.idle", "1s"),
					Map.entry("management.endpoints.web.exposure.include", "*"),
					Map.entry("management.endpoint.env.show-values", "always"),
					Map.entry("management.endpoint.configprops.show-values", "always"),
					Map.entry("spring.http.codecs.log-request-details", "true")));
		application.setRegisterShutdownHook(false);
		ConfigurableApplicationContext context = application.run();
		context.getEnvironment().getSystemProperties().put("SOME_OTHER_NAME", KEY);
		((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
			.setLevel(Level.TRACE);
		RecordingAppender.quieten();
		return context;
	}

	private static Map<String, String> actuatorPages(ConfigurableApplicationContext context) {
		int port = ((ReactiveWebServerApplicationContext) context).getWebServer().getPort();
		WebClient http = WebClient.builder()
			.baseUrl("http://127.0.0.1:" + port + "/actuator")
			.codecs((codecs) -> codecs.defaultCodecs().maxInMemorySize(-1))
			.build();
		Map<String, String> pages = new TreeMap<>();
		for (String page : List.of("", "env", "env/elevenlabs.api-key", "env/SOME_OTHER_NAME", "configprops",
				"configprops/elevenlabs", "beans", "conditions", "health", "info", "loggers", "mappings", "metrics",
				"metrics/elevenlabs.requests.duration", "metrics/http.client.requests", "scheduledtasks", "threaddump",
				"sbom")) {
			String content = http.get()
				.uri("/" + page)
				.exchangeToMono((response) -> response.bodyToMono(String.class).defaultIfEmpty(""))
				.block(LONG_ENOUGH);
			pages.put(page, (content != null) ? content : "");
		}
		return pages;
	}

	private static String printed(Throwable error) {
		StringWriter text = new StringWriter();
		error.printStackTrace(new PrintWriter(text));
		return text.toString();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		ClientHttpConnectorBuilderCustomizer<ReactorClientHttpConnectorBuilder> wiretap() {
			return (builder) -> builder.withHttpClientCustomizer((client) -> client.wiretap(true));
		}

	}

	/**
	 * Keeps what all loggers say at TRACE, and keeps the console out of it.
	 */
	private static final class RecordingAppender extends AppenderBase<ILoggingEvent> {

		private final Queue<String> lines = new ConcurrentLinkedQueue<>();

		private static final Map<String, Appender<ILoggingEvent>> silenced = new TreeMap<>();

		private final PatternLayout layout = new PatternLayout();

		private @Nullable Level before;

		static RecordingAppender attach() {
			System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
			LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
			RecordingAppender appender = new RecordingAppender();
			appender.setContext(context);
			appender.layout.setContext(context);
			appender.layout.setPattern("%logger %mdc %msg%n%ex{full}");
			appender.layout.start();
			appender.start();
			Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
			root.addAppender(appender);
			appender.before = root.getLevel();
			quieten();
			root.setLevel(Level.TRACE);
			return appender;
		}

		static void quieten() {
			Logger root = ((LoggerContext) LoggerFactory.getILoggerFactory())
				.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
			for (String name : List.of("CONSOLE", "console")) {
				Appender<ILoggingEvent> console = root.getAppender(name);
				if (console != null) {
					silenced.put(name, console);
					root.detachAppender(console);
				}
			}
		}

		void detach() {
			Logger root = ((LoggerContext) LoggerFactory.getILoggerFactory())
				.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
			root.setLevel(this.before);
			root.detachAppender(this);
			silenced.values().forEach(root::addAppender);
			silenced.clear();
			System.clearProperty("org.springframework.boot.logging.LoggingSystem");
		}

		@Override
		protected void append(ILoggingEvent event) {
			this.lines.add(this.layout.doLayout(event));
		}

	}

}
