package io.github.elevenspring.problem;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import jakarta.servlet.http.HttpServletResponse;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.StaticMessageSource;
import org.springframework.mock.web.MockServletContext;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

/**
 * Tests of {@link ServletProblemAdvice}.
 */
class ServletProblemAdviceTests {

	@Test
	void answersInTheLanguageOfTheClient() throws Exception {
		mvc(Application.class).perform(get("/busy").header("Accept-Language", "es, en;q=0.5").accept("audio/mpeg"))
			.andExpect(status().isServiceUnavailable())
			.andExpect(header().string("Retry-After", "2"))
			.andExpect(content().contentType("application/problem+json"))
			.andExpect(jsonPath("$.title").value("Demasiado a la vez"))
			.andExpect(jsonPath("$.instance").value("/busy"))
			.andExpect(jsonPath("$.kind").value("busy"));
	}

	@Test
	void anAdviceOfTheApplicationWins() throws Exception {
		mvc(OwnAdvice.class, Application.class).perform(get("/busy")).andExpect(status().is(OwnAdvice.STATUS));
	}

	@Test
	void breaksTheConnectionOnceAPartIsOnItsWay() throws Exception {
		Server server = new Server();
		ServerConnector connector = new ServerConnector(server);
		connector.setHost("127.0.0.1");
		server.addConnector(connector);
		AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
		context.register(Application.class);
		ServletHolder holder = new ServletHolder(new DispatcherServlet(context));
		holder.setAsyncSupported(true);
		ServletContextHandler handler = new ServletContextHandler("/");
		handler.addServlet(holder, "/*");
		server.setHandler(handler);
		server.start();
		try {
			URI uri = URI.create("http://127.0.0.1:" + connector.getLocalPort());
			HttpClient client = HttpClient.newHttpClient();
			HttpResponse<String> refused = client.send(HttpRequest.newBuilder(uri.resolve("/busy")).build(),
					HttpResponse.BodyHandlers.ofString());
			assertThat(refused.statusCode()).isEqualTo(503);
			assertThat(refused.body()).contains("\"kind\":\"busy\"");
			for (String path : new String[] { "/broken", "/streamed" }) {
				assertThatExceptionOfType(IOException.class).as(path)
					.isThrownBy(() -> client.send(HttpRequest.newBuilder(uri.resolve(path)).build(),
							HttpResponse.BodyHandlers.ofByteArray()));
			}
		}
		finally {
			server.stop();
		}
	}

	private static MockMvc mvc(Class<?>... configuration) {
		AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
		context.register(configuration);
		context.setServletContext(new MockServletContext());
		context.refresh();
		return MockMvcBuilders.webAppContextSetup(context).build();
	}

	@Configuration(proxyBeanMethods = false)
	@Import(Speaker.class)
	@EnableWebMvc
	static class Application {

		@Bean
		ServletProblemAdvice advice() {
			return new ServletProblemAdvice(new ElevenLabsProblems(new StaticMessageSource()));
		}

	}

	@RestController
	static class Speaker {

		@GetMapping("/busy")
		String busy() {
			throw new ElevenLabsRejectedException(ErrorKind.BUSY, "Busy.", Duration.ofMillis(1500));
		}

		@GetMapping("/broken")
		void broken(HttpServletResponse response) throws IOException {
			response.getOutputStream().write(new byte[100_000]);
			response.flushBuffer();
			throw new ElevenLabsRejectedException(ErrorKind.SERVER, "Broken.");
		}

		@GetMapping("/streamed")
		StreamingResponseBody streamed() {
			return (output) -> {
				output.write(new byte[100_000]);
				output.flush();
				throw new ElevenLabsRejectedException(ErrorKind.SERVER, "Broken.");
			};
		}

	}

}
