package io.github.elevenspring.test.simulator;

import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The limit of the plan, under load and when clients go away.
 */
class ConcurrencyTests {

	private static final String HELLO = Client.text("Hello from the simulator.");

	private static final String LONG = Client.text("A sentence that goes on for a while. ".repeat(200));

	@Test
	void refusesWhatIsAboveTheLimit() {
		try (ElevenLabsSimulator simulator = start(OverLimit.REFUSE, new Pace(4, 1))) {
			List<HttpResponse<byte[]>> responses = hundredAtOnce(new Client(simulator));
			Statistics statistics = simulator.statistics();
			assertThat(responses).extracting(HttpResponse::statusCode).containsOnly(200, 429);
			assertThat(statistics.groups().get("standard").maxInFlight()).isEqualTo(5);
			assertThat(statistics.groups().get("standard").inFlight()).isZero();
			assertThat(statistics.inFlight()).isZero();
			HttpResponse<byte[]> refused = responses.stream()
				.filter((response) -> response.statusCode() == 429)
				.findFirst()
				.orElseThrow();
			assertThat(new String(refused.body())).contains("maximum of 5 concurrent requests",
					"\"code\":\"concurrent_limit_exceeded\"", "\"status\":\"too_many_concurrent_requests\"");
			assertThat(refused.headers().map()).doesNotContainKeys("retry-after", "maximum-concurrent-requests",
					"character-cost");
		}
	}

	@Test
	void queuesWhatIsAboveTheLimit() {
		try (ElevenLabsSimulator simulator = start(OverLimit.QUEUE, Pace.IMMEDIATE)) {
			List<HttpResponse<byte[]>> responses = hundredAtOnce(new Client(simulator));
			assertThat(responses).extracting(HttpResponse::statusCode).containsOnly(200);
			assertThat(simulator.statistics().groups().get("standard").maxInFlight()).isLessThanOrEqualTo(5);
			assertThat(simulator.statistics().groups().get("standard").inFlight()).isZero();
		}
	}

	@Test
	void freesTheSlotWhenTheClientGoesAway() throws Exception {
		try (ElevenLabsSimulator simulator = start(OverLimit.REFUSE, new Pace(1, 0))) {
			Client client = new Client(simulator);
			InputStream audio = client.open("/stream", LONG).get().body();
			assertThat(audio.readNBytes(100)).hasSize(100);
			assertThat(simulator.statistics().groups().get("standard").inFlight()).isOne();
			assertThat(simulator.statistics().openStreams()).isOne();
			audio.close();
			await().untilAsserted(() -> {
				Statistics statistics = simulator.statistics();
				assertThat(statistics.groups().get("standard").inFlight()).isZero();
				assertThat(statistics.openStreams()).isZero();
				assertThat(statistics.cancelled()).isOne();
				assertThat(statistics.creditsUsed()).isZero();
			});
		}
	}

	@Test
	void freesTheSlotWhenTheClientLeavesBeforeTheFirstByte() {
		try (ElevenLabsSimulator simulator = start(OverLimit.REFUSE, new Pace(0, 1000))) {
			CompletableFuture<HttpResponse<byte[]>> call = new Client(simulator).speakLater("/stream", HELLO);
			await().until(() -> simulator.statistics().groups().get("standard").inFlight() == 1);
			call.cancel(true);
			await().until(() -> simulator.statistics().groups().get("standard").inFlight() == 0);
			assertThat(simulator.statistics().cancelled()).isOne();
		}
	}

	@Test
	void countsEachGroupForItself() throws Exception {
		try (ElevenLabsSimulator simulator = start(OverLimit.REFUSE, new Pace(1, 0))) {
			Client client = new Client(simulator);
			simulator.limit("standard", 1);
			InputStream audio = client.open("/stream", LONG).get().body();
			assertThat(client.speak("", HELLO).statusCode()).isEqualTo(429);
			String flash = "{\"text\":\"Hi.\",\"model_id\":\"eleven_flash_v2_5\"}";
			HttpResponse<byte[]> response = client.speak("/stream", flash);
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.headers().firstValue("maximum-concurrent-requests")).contains("10");
			audio.close();
		}
	}

	private static ElevenLabsSimulator start(OverLimit overLimit, Pace pace) {
		return ElevenLabsSimulator.builder().plan(SimulatorPlan.CREATOR).overLimit(overLimit).pace(pace).start();
	}

	private static List<HttpResponse<byte[]>> hundredAtOnce(Client client) {
		List<CompletableFuture<HttpResponse<byte[]>>> calls = IntStream.range(0, 100)
			.mapToObj((call) -> client.speakLater("/stream", HELLO))
			.toList();
		return calls.stream().map(CompletableFuture::join).toList();
	}

}
