package io.github.elevenspring.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The four timeouts on a real connection.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TimeoutTests {

	private static final SpeechRequest REQUEST = SpeechRequest.of("Hi");

	private static final Duration SHORT = Duration.ofMillis(250);

	private static final String AUDIO = "HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\n"
			+ "Transfer-Encoding: chunked\r\n\r\n";

	@ParameterizedTest
	@EnumSource(Form.class)
	void aServerThatAcceptsAndSaysNothingIsLateForTheFirstByte(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow(ScriptedServer.Peer::stall)) {
			Outcome outcome = Outcome.of(form.call(Wire.to(server.uri()).firstByte(SHORT).template(), REQUEST));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.TIMEOUT);
			assertThat(outcome.failure()).hasMessageContaining("elevenlabs.timeout.first-byte")
				.hasMessageContaining("may have been billed");
			assertThat(outcome.failure().isRetryable()).isTrue();
			assertThat(server.isLeftAlone()).isTrue();
			assertThat(server.requests()).hasSize(1);
		}
	}

	@ParameterizedTest
	@EnumSource(Form.class)
	void theTotalTimeEndsAReplyThatNeverStopsComing(Form form) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(AUDIO.replace("audio/mpeg", form.contentType())).sendChunk(form.beginning());
			while (!peer.isGone()) {
				peer.sendChunk(form.isJson() ? "\n" : "more").pause(Duration.ofMillis(20));
			}
		})) {
			Outcome outcome = Outcome
				.of(form.call(Wire.to(server.uri()).total(Duration.ofMillis(500)).template(), REQUEST));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.TIMEOUT);
			assertThat(outcome.failure()).hasMessageContaining("elevenlabs.timeout.total");
			assertThat(outcome.failure().getBytesReceived()).isGreaterThanOrEqualTo(form.beginning().length);
			assertThat(outcome.received().isEmpty()).isEqualTo(!form.streams());
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	@Test
	void theDeadlineOfARequestEndsItsCall() throws Exception {
		try (ScriptedServer server = ScriptedServer.follow(ScriptedServer.Peer::stall)) {
			Outcome outcome = Outcome
				.of(Form.STREAM.call(Wire.to(server.uri()).template(), REQUEST.deadline(Duration.ofMillis(200))));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.TIMEOUT);
			assertThat(outcome.failure()).hasMessageContaining("within PT0.1").hasMessageContaining("deadline");
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	@Test
	void aBodyOfAnyKindMustBeginInTimeToo() throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> peer.send(AUDIO).stall())) {
			Outcome outcome = Outcome.of(Wire.to(server.uri())
				.firstByte(SHORT)
				.template()
				.exchange(ApiRequest.get("/v1/x"), (reply) -> reply.body()));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.TIMEOUT);
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	@Test
	void aListenerWhoPausesMakesNobodyLate() throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(AUDIO).sendChunk("ID3");
			byte[] block = new byte[16 * 1024];
			for (int i = 0; i < 40; i++) {
				peer.sendChunk(block);
			}
			peer.endChunks();
		})) {
			PausingListener listener = new PausingListener();
			Wire.to(server.uri()).idle(Duration.ofMillis(150)).template().speech().stream(REQUEST).subscribe(listener);
			assertThat(listener.first.await(5, TimeUnit.SECONDS)).isTrue();
			assertThat(listener.end.await(800, TimeUnit.MILLISECONDS)).as("ended while nobody listened").isFalse();
			assertThat(listener.received).hasSize(1);
			listener.request(Long.MAX_VALUE);
			assertThat(listener.end.await(5, TimeUnit.SECONDS)).isTrue();
			assertThat(listener.error.get()).isNull();
			assertThat(listener.received.stream().mapToInt((chunk) -> chunk.length).sum())
				.isEqualTo(3 + 40 * 16 * 1024);
		}
	}

	@Test
	void aSlowListenerHoldsTheServerBackInsteadOfFillingMemory() throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(AUDIO).sendChunk("ID3");
			byte[] block = new byte[64 * 1024];
			while (!peer.isGone()) {
				peer.sendChunk(block);
				peer.count(block.length);
			}
		})) {
			PausingListener listener = new PausingListener();
			Wire.to(server.uri()).template().speech().stream(REQUEST).subscribe(listener);
			assertThat(listener.first.await(5, TimeUnit.SECONDS)).isTrue();
			// As much as the buffers of two sockets hold, and then no more.
			long before;
			do {
				before = server.sent();
				new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS);
			}
			while (server.sent() > before);
			assertThat(server.sent()).isLessThan(32L * 1024 * 1024);
			listener.cancel();
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	@Test
	void aServerWithoutRoomForAConnectionIsNotWaitedForLongerThanTheConnectTimeout() throws Exception {
		List<Socket> fill = new ArrayList<>();
		try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			Assumptions.assumeTrue(isFilled(full, fill), "the system lets more connections wait than were asked for");
			URI uri = URI.create("http://127.0.0.1:" + full.getLocalPort());
			long start = System.nanoTime();
			Outcome outcome = Outcome.of(Form.CONVERT.call(Wire.to(uri).connect(SHORT).template(), REQUEST));
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(4));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.NETWORK);
			assertThat(outcome.failure()).hasMessageContaining("elevenlabs.timeout.connect");
			assertThat(outcome.failure().isRetryable()).isTrue();
		}
		finally {
			for (Socket socket : fill) {
				socket.close();
			}
		}
	}

	@Test
	void aPortNobodyListensOnIsANetworkErrorAtOnce() throws Exception {
		int port;
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = socket.getLocalPort();
		}
		for (Form form : Form.values()) {
			Outcome outcome = Outcome
				.of(form.call(Wire.to(URI.create("http://127.0.0.1:" + port)).template(), REQUEST));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.NETWORK);
			assertThat(outcome.failure()).hasMessageContaining("No connection to 127.0.0.1:" + port)
				.hasMessageContaining("firewall");
		}
	}

	@Test
	void aHostNobodyKnowsIsANetworkErrorThatSaysSo() {
		Outcome outcome = Outcome
			.of(Form.CONVERT.call(Wire.to(URI.create("https://no-such-host.invalid")).template(), REQUEST));
		assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.NETWORK);
		assertThat(outcome.failure()).hasMessageContaining("no-such-host.invalid");
	}

	@Test
	void aServerThatSpeaksNoTlsIsANetworkErrorThatSaysSo() throws Exception {
		try (ServerSocket plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
			Thread answering = new Thread(() -> {
				try (Socket socket = plain.accept()) {
					socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes());
				}
				catch (IOException ex) {
					// closed
				}
			});
			answering.setDaemon(true);
			answering.start();
			Outcome outcome = Outcome.of(Flux.defer(() -> Form.CONVERT
				.call(Wire.to(URI.create("https://127.0.0.1:" + plain.getLocalPort())).template(), REQUEST)));
			assertThat(outcome.failure().getKind()).isEqualTo(ErrorKind.NETWORK);
			assertThat(outcome.failure()).hasMessageContaining("No trusted connection")
				.hasMessageContaining("elevenlabs.ssl.bundle");
		}
	}

	/**
	 * Fill the queue of a socket nobody accepts from, until a connection has to wait.
	 */
	private static boolean isFilled(ServerSocket server, List<Socket> fill) throws IOException {
		for (int i = 0; i < 16; i++) {
			Socket socket = new Socket();
			fill.add(socket);
			try {
				socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 200);
			}
			catch (java.net.SocketTimeoutException ex) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Asks for one part, and for nothing more by itself.
	 */
	private static final class PausingListener extends BaseSubscriber<byte[]> {

		final CountDownLatch first = new CountDownLatch(1);

		final CountDownLatch end = new CountDownLatch(1);

		final AtomicReference<Throwable> error = new AtomicReference<>();

		final List<byte[]> received = new ArrayList<>();

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			subscription.request(1);
		}

		@Override
		protected void hookOnNext(byte[] chunk) {
			this.received.add(chunk);
			this.first.countDown();
		}

		@Override
		protected void hookOnError(Throwable ex) {
			this.error.set(ex);
			this.end.countDown();
		}

		@Override
		protected void hookOnComplete() {
			this.end.countDown();
		}

	}

}
