package io.github.elevenspring.test.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Each fault, as a client meets it.
 */
class FaultTests {

	private static final String HELLO = Client.text("Hello from the simulator.");

	private static ElevenLabsSimulator simulator;

	private static Client client;

	@BeforeAll
	static void start() {
		simulator = ElevenLabsSimulator.builder().pace(Pace.IMMEDIATE).start();
		client = new Client(simulator);
	}

	@AfterAll
	static void stop() {
		simulator.close();
	}

	@AfterEach
	void reset() {
		simulator.reset();
	}

	@ParameterizedTest
	@CsvSource({ "too-many-concurrent-requests, 429, concurrent_limit_exceeded",
			"rate-limited, 429, rate_limit_exceeded", "system-busy, 429, system_busy",
			"internal-error, 500, internal_error", "unavailable, 503, service_unavailable", "bad-gateway, 502, <html>",
			"invalid-key, 401, invalid_api_key", "quota-exceeded, 401, quota_exceeded",
			"insufficient-credits, 402, insufficient_credits", "status:401, 401, detected_unusual_activity",
			"status:402, 402, paid_plan_required", "status:403, 403, feature_not_available",
			"status:404, 404, Not Found", "status:409, 409, conflict", "status:422, 422, Field required",
			"status:504, 504, <html>", "json-instead-of-audio, 200, internal_error",
			"html-instead-of-audio, 200, <html>", "malformed-json, 200, voice_id" })
	void answersInstead(String fault, int status, String part) {
		simulator.faults().next(Fault.parse(fault));
		HttpResponse<byte[]> response = client.speak("/stream", HELLO);
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(new String(response.body(), StandardCharsets.UTF_8)).contains(part);
		assertThat(simulator.faults().pending()).isZero();
		assertThat(client.speak("/stream", HELLO).statusCode()).isEqualTo(200);
	}

	@Test
	void sendsRetryAfterOnlyWhenAsked() {
		simulator.faults().next(Fault.rateLimited(Duration.ofSeconds(3)));
		simulator.faults().next(Fault.rateLimited(null));
		assertThat(client.speak("", HELLO).headers().firstValue("retry-after")).contains("3");
		assertThat(client.speak("", HELLO).headers().firstValue("retry-after")).isEmpty();
	}

	@Test
	void answersWithNothing() {
		simulator.faults().next(Fault.emptyAudio());
		HttpResponse<byte[]> response = client.speak("/stream", HELLO);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "disconnect", "reset" })
	void breaksBeforeTheFirstByte(String fault) {
		simulator.faults().next("", Fault.parse(fault), 10);
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> client.open("/stream", HELLO).get())
			.withCauseInstanceOf(IOException.class);
		await().until(() -> simulator.statistics().inFlight() == 0);
		assertThat(simulator.statistics().cancelled()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "reset-after:3000", "cut-after:3000", "truncate-after:3000" })
	void breaksInTheMiddle(String fault) throws Exception {
		simulator.faults().next(Fault.parse(fault));
		HttpResponse<InputStream> response = client.open("/stream", HELLO).get();
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body().readNBytes(3000)).hasSize(3000);
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> response.body().read());
		await().until(() -> simulator.statistics().groups().get("standard").inFlight() == 0);
		assertThat(simulator.statistics().cancelled()).isZero();
		assertThat(simulator.statistics().creditsUsed()).isZero();
	}

	@Test
	void stallsWithTheSlotHeld() throws Exception {
		simulator.faults().next(Fault.stallAfter(2000));
		InputStream audio = client.open("/stream", HELLO).get().body();
		assertThat(audio.readNBytes(2000)).hasSize(2000);
		CompletableFuture<Integer> more = CompletableFuture.supplyAsync(() -> read(audio));
		assertThat(simulator.statistics().groups().get("standard").inFlight()).isOne();
		assertThat(more).isNotDone();
		audio.close();
		await().until(() -> simulator.statistics().groups().get("standard").inFlight() == 0);
		assertThat(simulator.statistics().cancelled()).isOne();
	}

	@Test
	void neverAnswers() {
		simulator.faults().next(Fault.silence());
		CompletableFuture<HttpResponse<byte[]>> call = client.speakLater("", HELLO);
		await().until(() -> simulator.statistics().inFlight() == 1);
		assertThat(call).isNotDone();
		call.cancel(true);
		await().until(() -> simulator.statistics().inFlight() == 0);
	}

	@Test
	void sendsGarbageOfTheSameLength() {
		byte[] good = client.speak("/stream", HELLO).body();
		simulator.faults().next(Fault.garbage());
		byte[] garbage = client.speak("/stream", HELLO).body();
		assertThat(garbage).hasSameSizeAs(good).isNotEqualTo(good);
	}

	@Test
	void putsABrokenLineIntoAStream() {
		simulator.faults().next(Fault.brokenLine());
		byte[] body = client.speak("/stream/with-timestamps", Client.text("One. Two. Three.")).body();
		String[] lines = new String(body, StandardCharsets.UTF_8).split("\n");
		assertThat(lines).hasSizeGreaterThan(3);
		assertThat(lines[1]).isEqualTo("{\"audio_base64\": \"AAAA\", \"alignm");
	}

	@Test
	void sendsMoreThanFitsIntoMemory() throws Exception {
		long size = 300L * 1024 * 1024;
		simulator.faults().next(Fault.giant(size));
		try (InputStream audio = client.open("/stream", HELLO).get().body()) {
			assertThat(audio.transferTo(OutputStream.nullOutputStream())).isEqualTo(size);
		}
	}

	@Test
	void stopsSendingToAClientThatDoesNotRead() throws Exception {
		simulator.faults().next(Fault.giant(1L << 40));
		try (InputStream audio = client.open("/stream", HELLO).get().body()) {
			assertThat(audio.readNBytes(10)).hasSize(10);
			long[] before = { -1 };
			await().pollInterval(Duration.ofMillis(200)).until(() -> {
				long sent = simulator.statistics().bytesSent();
				boolean still = sent == before[0];
				before[0] = sent;
				return still;
			});
			assertThat(before[0]).isLessThan(64L * 1024 * 1024);
		}
	}

	@Test
	void delaysTheFirstByte() {
		simulator.faults().next(Fault.latency(Duration.ofMillis(300)));
		long start = System.nanoTime();
		assertThat(client.speak("/stream", HELLO).statusCode()).isEqualTo(200);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(290));
	}

	@Test
	void meetsOnlyTheRequestsOfItsPath() {
		simulator.faults().next("/stream", Fault.unavailable(), 1);
		assertThat(client.speak("", HELLO).statusCode()).isEqualTo(200);
		assertThat(client.speak("/stream", HELLO).statusCode()).isEqualTo(503);
	}

	@Test
	void countsTheRequestsThatMetEachFault() {
		Fault one = Fault.unavailable();
		Fault other = Fault.internalError();
		simulator.faults().next("", one, 2);
		simulator.faults().next(other);
		simulator.faults().next(Fault.unavailable());
		for (int i = 0; i < 3; i++) {
			client.get("/v1/models");
		}
		assertThat(simulator.faults().injected(one)).isEqualTo(2);
		assertThat(simulator.faults().injected(other)).isOne();
		assertThat(simulator.faults().injected()).isEqualTo(3);
		simulator.faults().clear();
		assertThat(simulator.faults().injected(one)).isZero();
	}

	@Test
	void repeatsWithTheSeed() {
		int[][] runs = new int[2][];
		for (int run = 0; run < runs.length; run++) {
			try (ElevenLabsSimulator seeded = ElevenLabsSimulator.builder()
				.seed(42)
				.pace(Pace.IMMEDIATE)
				.faultRate(0.3, Fault.internalError(), Fault.unavailable())
				.start()) {
				Client own = new Client(seeded);
				runs[run] = IntStream.range(0, 50).map((call) -> own.get("/v1/models").statusCode()).toArray();
			}
		}
		assertThat(runs[0]).isEqualTo(runs[1]).contains(200, 500, 503);
	}

	@Test
	void goesAwayAndComesBackOnTheSamePort() {
		simulator.stop();
		assertThat(simulator.isListening()).isFalse();
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> client.get("/v1/models"))
			.withCauseInstanceOf(IOException.class);
		simulator.start();
		assertThat(client.get("/v1/models").statusCode()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "nonsense", "stall-after:x", "latency:5", "status", "giant:" })
	void namesWhatIsWrongWithAFault(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> Fault.parse(text)).withMessageContaining(text);
	}

	private static int read(InputStream audio) {
		try {
			return audio.read();
		}
		catch (IOException ex) {
			return -2;
		}
	}

}
