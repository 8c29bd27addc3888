package io.github.elevenspring.test.simulator;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

import io.github.elevenspring.test.simulator.ElevenLabsSimulatorApplication.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The command line.
 */
class ElevenLabsSimulatorApplicationTests {

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	private final ByteArrayOutputStream err = new ByteArrayOutputStream();

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "port | 'port' does not look like --name=value",
			"--port=x | --port needs a number, not 'x'", "--port=70000 | --port: 'port' must be between 0 and 65535",
			"--plan=gold | --plan: 'gold' is none of free, starter, creator, pro, scale, business, enterprise",
			"--over-limit=drop | --over-limit: 'drop' is none of refuse, queue",
			"--credits=-1 | --credits: 'credits' must not be negative",
			"--faults=typo | --faults: There is no fault 'typo'", "--fault-rate=2 | 'rate' must be between 0 and 1",
			"--nonsense=1 | --nonsense: there is no such argument, see --help" })
	void saysWhatIsWrong(String argument, String message) {
		Outcome outcome = start(argument);
		assertThat(outcome.simulator()).isNull();
		assertThat(outcome.status()).isEqualTo(ElevenLabsSimulatorApplication.WRONG_ARGUMENT);
		assertThat(this.err.toString(StandardCharsets.UTF_8)).contains(message);
	}

	@Test
	void helps() {
		Outcome outcome = start("--help");
		assertThat(outcome.simulator()).isNull();
		assertThat(outcome.status()).isZero();
		assertThat(this.out.toString(StandardCharsets.UTF_8)).contains("--port", "--plan", "--seed");
	}

	@Test
	void startsAndPrintsItsAddress() {
		try (ElevenLabsSimulator simulator = start("--port=0", "--plan=free", "--seed=3", "--stream-speed=0",
				"--latency-factor=0", "--quota-answer=current", "--voice-ids=mine,yours", "--api-key=sk_own")
			.simulator()) {
			assertThat(simulator).isNotNull();
			assertThat(this.out.toString(StandardCharsets.UTF_8)).contains(simulator.baseUrl().toString())
				.doesNotContain("sk_own");
			assertThat(simulator.voiceIds()).endsWith("mine", "yours");
			assertThat(new Client(simulator).get("/v1/user").statusCode()).isEqualTo(200);
		}
	}

	@Test
	void saysWhenThePortIsTaken() {
		try (ElevenLabsSimulator simulator = ElevenLabsSimulator.builder().start()) {
			Outcome outcome = start("--port=" + simulator.baseUrl().getPort());
			assertThat(outcome.simulator()).isNull();
			assertThat(outcome.status()).isEqualTo(ElevenLabsSimulatorApplication.CANNOT_START);
			assertThat(this.err.toString(StandardCharsets.UTF_8)).startsWith("Cannot start: ");
		}
	}

	private Outcome start(String... arguments) {
		return ElevenLabsSimulatorApplication.start(new PrintStream(this.out, true, StandardCharsets.UTF_8),
				new PrintStream(this.err, true, StandardCharsets.UTF_8), arguments);
	}

}
