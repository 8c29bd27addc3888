package io.github.elevenspring.autoconfigure;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.github.elevenspring.template.SpeechOperations;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A request that has reached the service may be billed, so no layer below the retries of
 * this library may send it again: not even when a connection that was kept open breaks.
 */
class SentOnceTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private static final int MOST_CALLS = 50;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class,
						ElevenLabsClientAutoConfiguration.class, ElevenLabsAutoConfiguration.class))
		.withPropertyValues("elevenlabs.api-key=k");

	@ParameterizedTest
	@CsvSource({ "reactor, CLOSE", "reactor, RESET", "jdk, CLOSE", "jdk, RESET" })
	void aConnectionThatBreaksUnderARequestDoesNotRepeatIt(String connector, End end) throws Exception {
		try (OneAnswerServer server = new OneAnswerServer(end)) {
			this.runner
				.withPropertyValues("spring.http.clients.reactive.connector=" + connector,
						"elevenlabs.base-url=http://127.0.0.1:" + server.port())
				.run((context) -> {
					SpeechOperations speech = context.getBean(ElevenLabsTemplate.class).speech();
					ElevenLabsException error = null;
					for (int i = 0; error == null && i < MOST_CALLS; i++) {
						error = failureOf(speech, "text " + i);
					}
					assertThat(error).as("no connection was used again").isNotNull();
					assertThat(error.getKind()).isEqualTo(ErrorKind.NETWORK);
					assertThat(error.mayHaveBeenBilled()).isTrue();
				});
			assertThat(server.seen).hasSizeGreaterThan(1).doesNotHaveDuplicates();
		}
	}

	private static @Nullable ElevenLabsException failureOf(SpeechOperations speech, String text) {
		try {
			assertThat(speech.convert(SpeechRequest.of(text).voice("v")).block(LONG_ENOUGH)).isNotNull();
			return null;
		}
		catch (ElevenLabsException ex) {
			return ex;
		}
	}

	private enum End {

		CLOSE, RESET

	}

	/**
	 * Answers the first request of each connection, and breaks the connection once a
	 * second one has been read to its end.
	 */
	private static final class OneAnswerServer implements AutoCloseable {

		private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 3\r\n\r\nID3";

		private static final Pattern TEXT = Pattern.compile("\"(text \\d+)\"");

		private final List<String> seen = new CopyOnWriteArrayList<>();

		private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

		private final ExecutorService threads = Executors.newCachedThreadPool();

		private final End end;

		OneAnswerServer(End end) throws IOException {
			this.end = end;
			this.threads.execute(this::accept);
		}

		int port() {
			return this.socket.getLocalPort();
		}

		private void accept() {
			try {
				while (true) {
					Socket peer = this.socket.accept();
					this.threads.execute(() -> serve(peer));
				}
			}
			catch (IOException ex) {
				// closed
			}
		}

		private void serve(Socket peer) {
			try (peer) {
				this.seen.add(read(peer.getInputStream()));
				peer.getOutputStream().write(ANSWER.getBytes(StandardCharsets.ISO_8859_1));
				this.seen.add(read(peer.getInputStream()));
				peer.setSoLinger(this.end == End.RESET, 0);
			}
			catch (IOException ex) {
				// the client has gone
			}
		}

		/**
		 * Read a whole request, and return the text that it wants spoken.
		 */
		private static String read(InputStream in) throws IOException {
			ByteArrayOutputStream request = new ByteArrayOutputStream();
			for (int value = in.read(); value >= 0; value = in.read()) {
				request.write(value);
				String soFar = request.toString(StandardCharsets.ISO_8859_1);
				int body = soFar.indexOf("\r\n\r\n") + 4;
				if (body >= 4 && soFar.length() - body == contentLength(soFar)) {
					return TEXT.matcher(soFar).results().findFirst().orElseThrow().group(1);
				}
			}
			throw new IOException("No request");
		}

		private static int contentLength(String request) {
			return request.lines()
				.filter((line) -> line.regionMatches(true, 0, "content-length:", 0, 15))
				.mapToInt((line) -> Integer.parseInt(line.substring(15).trim()))
				.findFirst()
				.orElseThrow();
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
			this.threads.shutdownNow();
		}

	}

}
