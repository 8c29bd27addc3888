package io.github.elevenspring.test;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.Plan;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.resilience.CircuitBreakers;
import io.github.elevenspring.resilience.QuotaGate;
import io.github.elevenspring.test.simulator.Fault;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Each trouble in each form of speech: how the call ends, how often it was sent, what the
 * breaker counts, what the listener has heard, and that no slot stays taken.
 */
@TestPropertySource(properties = { "elevenlabs.plan=creator", "elevenlabs.cache.enabled=false",
		"elevenlabs.timeout.first-byte=2s", "elevenlabs.timeout.idle=1s", "elevenlabs.limiter.queue.max-wait=10s",
		"elevenlabs.retry.budget.capacity=1000", "elevenlabs.quota.probe-interval=100ms",
		"resilience4j.retry.instances.elevenlabs.wait-duration=200ms" })
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultMatrixTests extends AbstractSimulatorTests {

	private static final Duration DEADLINE = Duration.ofSeconds(8);

	private static final String SPEECH = "/text-to-speech";

	private static final String TEXT = "Hello from the simulator. It breaks off on demand. Nobody hears a byte twice.";

	private static final String REFUSED_CONNECTION = "connect-refused";

	/**
	 * Garbage that is the same each time, and begins like nothing in particular.
	 */
	private static final String NOISE = "noise";

	/**
	 * One trouble in each line: the forms it can meet, how a call ends if it does not go
	 * away, how often the service sees the call until then, how many failures the breaker
	 * counts, and what a listener of a stream has heard by then.
	 */
	private static final String TROUBLES = """
			fault                        | forms    | end         | sent | failures | heard
			too-many-concurrent-requests | all      | CONCURRENCY | 1+   | 0        | nothing
			rate-limited                 | all      | RATE        | 3    | 0        | nothing
			rate-limited:1s              | all      | RATE        | 3    | 0        | nothing
			rate-limited:600s            | all      | RATE        | 1    | 0        | nothing
			system-busy                  | all      | BUSY        | 3    | 3        | nothing
			internal-error               | all      | SERVER      | 3    | 3        | nothing
			bad-gateway                  | all      | SERVER      | 1    | 1        | nothing
			unavailable                  | all      | SERVER      | 3    | 3        | nothing
			status:504                   | all      | SERVER      | 1    | 1        | nothing
			invalid-key                  | all      | AUTH        | 1    | 0        | nothing
			quota-exceeded               | all      | QUOTA       | 1    | 0        | nothing
			insufficient-credits         | all      | QUOTA       | 1    | 0        | nothing
			status:422                   | all      | INVALID     | 1    | 0        | nothing
			connect-refused              | all      | NETWORK     | 0    | 3        | nothing
			disconnect                   | all      | NETWORK     | 1    | 1        | nothing
			reset                        | all      | NETWORK     | 1    | 1        | nothing
			silence                      | all      | TIMEOUT     | 1    | 1        | nothing
			reset-after:15000            | all      | NETWORK     | 1    | 1        | part
			cut-after:15000              | all      | NETWORK     | 1    | 1        | part
			truncate-after:15000         | all      | NETWORK     | 1    | 1        | part
			stall-after:15000            | all      | TIMEOUT     | 1    | 1        | part
			empty-audio                  | all      | SERVER      | 1    | 1        | nothing
			html-instead-of-audio        | all      | SERVER      | 1    | 1        | nothing
			json-instead-of-audio        | all      | SERVER      | 1    | 1        | nothing
			malformed-json               | untimed  | SERVER      | 1    | 1        | nothing
			malformed-json               | timed    | SERVER      | 1    | 0        | nothing
			broken-line                  | lines    | SERVER      | 1    | 0        | part
			noise                        | untimed  | success     | 1    | 0        | noise
			noise                        | timed    | SERVER      | 1    | 1        | nothing
			""";

	@Autowired
	private CircuitBreakerRegistry breakers;

	@Autowired
	private QuotaGate gate;

	@Autowired
	private ConcurrencyLimits limits;

	private SpeechRequest request;

	private CircuitBreaker breaker;

	private byte[] clean;

	@BeforeAll
	void warmUp() {
		this.request = request(TEXT).format(OutputFormat.MP3_22050_32);
		this.breaker = this.breakers.circuitBreaker(CircuitBreakers.SPEECH);
		this.clean = CleanSpeech.of(this.request, this.simulator);
		// what is slow the first time must not look like one of the troubles
		Flux.fromArray(AudioForm.values()).concatMap(this::ending).blockLast(LONG_ENOUGH);
	}

	@BeforeEach
	void forget() {
		this.breakers.getAllCircuitBreakers().forEach(CircuitBreaker::reset);
		this.gate.reset();
		this.limits.plan(Plan.CREATOR);
		this.request = this.request.deadline(DEADLINE);
		// waits until the limiter no longer holds calls back for earlier refusals
		assertThat(listen(AudioForm.CONVERT).audio()).isEqualTo(this.clean);
		this.breaker.reset();
		this.simulator.reset();
	}

	@AfterEach
	void serviceComesBack() {
		this.simulator.start();
	}

	@ParameterizedTest(name = "{1}: {0}")
	@MethodSource("cells")
	void endsTheSameWayInEachForm(Trouble trouble, AudioForm form) {
		happen(trouble, 20);
		if (trouble.isQueuedAgain()) {
			// nothing else ends it
			this.request = this.request.deadline(DEADLINE.dividedBy(4));
		}
		Ending ending = listen(form);
		assertThat(ending.kind()).isEqualTo(trouble.end());
		if (trouble.isQueuedAgain()) {
			assertThat(sent()).isPositive();
		}
		else {
			assertThat(sent()).isEqualTo(trouble.sent());
		}
		assertThat(this.breaker.getMetrics().getNumberOfFailedCalls()).isEqualTo(trouble.failures());
		assertThat(this.breaker.getState()).isEqualTo(State.CLOSED);
		switch (form.isStreamed() || trouble.end() == null ? trouble.heard() : "nothing") {
			case "nothing" -> assertThat(ending.audio()).isEmpty();
			case "part" -> assertThat(ending.audio()).isNotEmpty()
				.hasSizeLessThan(this.clean.length)
				.isEqualTo(Arrays.copyOf(this.clean, ending.audio().length));
			default -> assertThat(ending.audio()).asString(StandardCharsets.US_ASCII).isEqualTo(NOISE);
		}
		if (form == AudioForm.STREAM && ending.error() != null) {
			assertThat(ending.error().getBytesReceived()).isEqualTo(ending.audio().length);
		}
	}

	@ParameterizedTest(name = "{1}: {0}")
	@MethodSource("passingCells")
	void isNotHeardWhenItPasses(Trouble trouble, AudioForm form) {
		happen(trouble, 1);
		Ending ending = listen(form);
		assertThat(ending.error()).isNull();
		assertThat(ending.audio()).isEqualTo(this.clean);
		assertThat(sent()).isEqualTo(2);
		assertThat(this.breaker.getMetrics().getNumberOfFailedCalls()).isEqualTo(Math.min(1, trouble.failures()));
		assertThat(this.breaker.getMetrics().getNumberOfBufferedCalls()).isEqualTo(2);
		assertThat(this.breaker.getState()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest(name = "{0}")
	@EnumSource
	void isNotHeardWhenTheServerComesBack(AudioForm form) {
		goAway();
		Mono<Ending> ending = ending(form).cache();
		ending.subscribe();
		await().until(() -> this.breaker.getMetrics().getNumberOfFailedCalls() > 0);
		this.simulator.start();
		assertThat(ending.block(LONG_ENOUGH).audio()).isEqualTo(this.clean);
		assertThat(sent()).isOne();
		assertThat(this.breaker.getState()).isEqualTo(State.CLOSED);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("troubles")
	void opensTheBreakerIfItIsTheVendors(Trouble trouble) {
		AudioForm form = trouble.forms().get(trouble.forms().size() - 1);
		happen(trouble, 100);
		Flux.range(0, 5).flatMap((i) -> ending(form)).blockLast(LONG_ENOUGH);
		assertThat(this.breaker.getState()).isEqualTo((trouble.failures() > 0) ? State.OPEN : State.CLOSED);
		if (trouble.failures() > 0) {
			int before = sent();
			assertThat(listen(form).kind()).isEqualTo(ErrorKind.BREAKER_OPEN);
			assertThat(sent()).isEqualTo(before);
		}
	}

	static Stream<Trouble> troubles() {
		return TROUBLES.lines().skip(1).map(Trouble::parse);
	}

	static Stream<Arguments> cells() {
		return troubles().flatMap((trouble) -> trouble.forms().stream().map((form) -> Arguments.of(trouble, form)));
	}

	static Stream<Arguments> passingCells() {
		return cells().filter((cell) -> ((Trouble) cell.get()[0]).passes());
	}

	private void happen(Trouble trouble, int times) {
		switch (trouble.fault()) {
			case REFUSED_CONNECTION -> goAway();
			case NOISE -> this.simulator.faults().next(SPEECH, Fault.answer(200, "audio/mpeg", NOISE), times);
			default -> this.simulator.faults().next(SPEECH, Fault.parse(trouble.fault()), times);
		}
	}

	/**
	 * Stop listening, and let the client find out that its idle connections are gone:
	 * what is sent on one of them might have been billed.
	 */
	private void goAway() {
		this.simulator.stop();
		this.elevenLabs.models().list().onErrorComplete(ElevenLabsException.class).blockLast(LONG_ENOUGH);
	}

	private Ending listen(AudioForm form) {
		return ending(form).block(LONG_ENOUGH);
	}

	private Mono<Ending> ending(AudioForm form) {
		return Mono.defer(() -> {
			ByteArrayOutputStream heard = new ByteArrayOutputStream();
			return form.speak(this.elevenLabs.speech(), this.request)
				.doOnNext(heard::writeBytes)
				.then(Mono.fromSupplier(() -> new Ending(heard.toByteArray(), null)))
				.onErrorResume(ElevenLabsException.class, (error) -> Mono.just(new Ending(heard.toByteArray(), error)));
		});
	}

	private int sent() {
		return this.simulator.journal().requests(SPEECH).size();
	}

	/**
	 * How a call ended for its caller.
	 */
	private record Ending(byte[] audio, @Nullable ElevenLabsException error) {

		@Nullable ErrorKind kind() {
			return (this.error != null) ? this.error.getKind() : null;
		}

	}

	/**
	 * A line of the table.
	 */
	record Trouble(String fault, List<AudioForm> forms, @Nullable ErrorKind end, String times, int failures,
			String heard) {

		static Trouble parse(String line) {
			String[] cells = line.strip().split("\\s*\\|\\s*");
			return new Trouble(cells[0], forms(cells[1]),
					cells[2].equals("success") ? null : ErrorKind.valueOf(cells[2]), cells[3],
					Integer.parseInt(cells[4]), cells[5]);
		}

		private static List<AudioForm> forms(String which) {
			return Stream.of(AudioForm.values()).filter((form) -> switch (which) {
				case "timed" -> form.isTimed();
				case "untimed" -> !form.isTimed();
				case "lines" -> form.isTimed() && form.isStreamed();
				default -> true;
			}).toList();
		}

		boolean isQueuedAgain() {
			return this.times.endsWith("+");
		}

		int sent() {
			return Integer.parseInt(this.times);
		}

		/**
		 * Return whether the call is sent again after the trouble.
		 */
		boolean passes() {
			return isQueuedAgain() || sent() > 1;
		}

		@Override
		public String toString() {
			return this.fault;
		}

	}

}
