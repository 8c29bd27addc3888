package io.github.elevenspring.test.simulator;

import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a simulator leaves behind, and what it goes back to.
 */
class LifecycleTests {

	private static final String HELLO = Client.text("Hello from the simulator.");

	@Test
	void leavesNoThreadAndNoConnectionBehind() throws Exception {
		Set<Thread> before = threads();
		ElevenLabsSimulator simulator = ElevenLabsSimulator.builder().pace(new Pace(1, 0)).start();
		InputStream audio = new Client(simulator).open("/stream", HELLO).get().body();
		assertThat(audio.read()).isEqualTo(0xFF);
		assertThat(threads()).anyMatch((thread) -> !before.contains(thread));
		simulator.close();
		simulator.close();
		await().untilAsserted(() -> {
			assertThat(before).containsAll(threads());
			assertThat(simulator.statistics().openConnections()).isZero();
			assertThat(simulator.statistics().inFlight()).isZero();
		});
		audio.close();
	}

	@Test
	void isGoneForConnectionsThatAreIdleToo() throws Exception {
		try (ElevenLabsSimulator simulator = ElevenLabsSimulator.builder().pace(Pace.IMMEDIATE).start()) {
			URI address = simulator.baseUrl();
			try (Socket socket = new Socket(address.getHost(), address.getPort())) {
				socket.setSoTimeout(10_000);
				socket.getOutputStream().write("GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n".getBytes());
				assertThat(socket.getInputStream().read()).isEqualTo('H');
				await().until(() -> simulator.statistics().inFlight() == 0);
				assertThat(simulator.statistics().openConnections()).isEqualTo(1);
				simulator.stop();
				socket.getInputStream().readAllBytes();
				await().until(() -> simulator.statistics().openConnections() == 0);
			}
			simulator.start();
			assertThat(simulator.baseUrl()).isEqualTo(address);
			assertThat(new Client(simulator).get("/v1/models").statusCode()).isEqualTo(200);
		}
	}

	@Test
	void goesBackToTheBeginning() throws Exception {
		try (ElevenLabsSimulator simulator = ElevenLabsSimulator.builder()
			.plan(SimulatorPlan.PRO)
			.limit("turbo", 3)
			.credits(1000)
			.pace(Pace.IMMEDIATE)
			.start()) {
			Client client = new Client(simulator);
			String before = client.speak("", HELLO).headers().firstValue("request-id").orElseThrow();
			simulator.plan(SimulatorPlan.FREE);
			simulator.limit("turbo", 99);
			simulator.pace(new Pace(1, 0));
			simulator.faults().next(Fault.stallAfter(10));
			InputStream audio = client.open("/stream", HELLO).get().body();
			assertThat(audio.readNBytes(10)).hasSize(10);
			simulator.faults().next(Fault.internalError());
			simulator.reset();
			await().until(() -> simulator.statistics().inFlight() == 0);
			Statistics statistics = simulator.statistics();
			assertThat(statistics.requests()).isZero();
			assertThat(statistics.bytesSent()).isZero();
			assertThat(statistics.cancelled()).isZero();
			assertThat(statistics.creditsUsed()).isZero();
			assertThat(statistics.creditLimit()).isEqualTo(1000);
			assertThat(statistics.groups().get("turbo").limit()).isEqualTo(3);
			assertThat(statistics.groups().get("standard").limit()).isEqualTo(10);
			assertThat(simulator.journal().requests()).isEmpty();
			assertThat(simulator.faults().pending()).isZero();
			assertThat(client.speak("", HELLO).headers().firstValue("request-id")).contains(before);
			audio.close();
		}
	}

	@Test
	void remembersWhatItWasAskedWithoutTheKey() {
		try (ElevenLabsSimulator simulator = ElevenLabsSimulator.builder().pace(Pace.IMMEDIATE).start()) {
			new Client(simulator).speak("/stream?seed=1&output_format=pcm_8000", HELLO);
			assertThat(simulator.journal().requests("/stream")).singleElement().satisfies((request) -> {
				assertThat(request.method()).isEqualTo("POST");
				assertThat(request.path()).endsWith("/stream");
				assertThat(request.query().get("output_format")).containsExactly("pcm_8000");
				assertThat(request.headers()).containsEntry("content-type", "application/json")
					.doesNotContainKey("xi-api-key");
				assertThat(request.body()).isEqualTo(HELLO);
				assertThat(request.status()).isEqualTo(200);
			});
		}
	}

	@Test
	void makesUpAKeyForEachInstance() {
		try (ElevenLabsSimulator one = ElevenLabsSimulator.builder().start();
				ElevenLabsSimulator other = ElevenLabsSimulator.builder().start()) {
			assertThat(one.apiKey()).isNotEqualTo(other.apiKey());
			assertThat(one.baseUrl()).isNotEqualTo(other.baseUrl());
		}
	}

	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("elevenlabs-simulator"))
			.collect(Collectors.toSet());
	}

}
