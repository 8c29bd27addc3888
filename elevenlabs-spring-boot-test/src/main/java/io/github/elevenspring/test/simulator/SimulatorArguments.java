package io.github.elevenspring.test.simulator;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Reads the arguments of the command line.
 */
final class SimulatorArguments {

	static final String USAGE = """
			Usage: ElevenLabsSimulatorApplication [--name=value ...]

			  --port=8090              port on the loopback interface; 0 takes any free one
			  --plan=creator           free, starter, creator, pro, scale, business or enterprise
			  --api-key=...            the only key that is let in; without it any key is
			  --over-limit=refuse      refuse or queue
			  --credits=121000         credits of the month, instead of those of the plan
			  --quota-answer=legacy    legacy (401) or current (402)
			  --stream-speed=4         multiple of real time; 0 sends as fast as it can
			  --latency-factor=1       multiple of the model's usual latency; 0 does not wait
			  --seed=0                 where ids and the choice of faults begin
			  --fault-rate=0.1         share of requests that meet a fault
			  --faults=a,b             faults to pick from, such as internal-error,stall-after:2000
			  --voice-ids=a,b          ids of voices to have besides those of the catalogue
			  --help                   this text
			""";

	private final ElevenLabsSimulator.Builder builder = ElevenLabsSimulator.builder().port(8090);

	private double streamSpeed = Pace.NATURAL.streamSpeed();

	private double latencyFactor = Pace.NATURAL.latencyFactor();

	private double faultRate;

	private List<Fault> faults = List.of(Fault.internalError());

	private boolean ownKey;

	private SimulatorArguments() {
	}

	/**
	 * Read arguments.
	 * @param arguments the arguments
	 * @return a builder, or {@code null} if only help is wanted
	 * @throws IllegalArgumentException with a text that says which argument is wrong and
	 * why
	 */
	static ElevenLabsSimulator.@Nullable Builder parse(String... arguments) {
		SimulatorArguments parsed = new SimulatorArguments();
		for (String argument : arguments) {
			if ("--help".equals(argument)) {
				return null;
			}
			int equals = argument.indexOf('=');
			if (!argument.startsWith("--") || equals < 0) {
				throw new IllegalArgumentException("'" + argument + "' does not look like --name=value");
			}
			parsed.apply(argument.substring(2, equals), argument.substring(equals + 1));
		}
		return parsed.finish();
	}

	private void apply(String name, String value) {
		try {
			set(name, value);
		}
		catch (NumberFormatException ex) {
			throw new IllegalArgumentException("--%s needs a number, not '%s'".formatted(name, value), ex);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("--%s: %s".formatted(name, ex.getMessage()), ex);
		}
	}

	private void set(String name, String value) {
		switch (name) {
			case "port" -> this.builder.port(Integer.parseInt(value));
			case "plan" -> this.builder.plan(EnumNames.find(SimulatorPlan.class, value));
			case "over-limit" -> this.builder.overLimit(EnumNames.find(OverLimit.class, value));
			case "quota-answer" -> this.builder.quotaAnswer(EnumNames.find(QuotaAnswer.class, value));
			case "credits" -> this.builder.credits(Long.parseLong(value));
			case "seed" -> this.builder.seed(Long.parseLong(value));
			case "voice-ids" -> Arrays.stream(value.split(",")).forEach(this.builder::voice);
			case "stream-speed" -> this.streamSpeed = new Pace(Double.parseDouble(value), 0).streamSpeed();
			case "latency-factor" -> this.latencyFactor = new Pace(0, Double.parseDouble(value)).latencyFactor();
			case "fault-rate" -> this.faultRate = Double.parseDouble(value);
			case "faults" -> this.faults = Arrays.stream(value.split(",")).map(Fault::parse).toList();
			case "api-key" -> {
				this.builder.apiKey(value);
				this.ownKey = true;
			}
			default -> throw new IllegalArgumentException("there is no such argument, see --help");
		}
	}

	private ElevenLabsSimulator.Builder finish() {
		this.builder.pace(new Pace(this.streamSpeed, this.latencyFactor))
			.faultRate(this.faultRate, this.faults.toArray(Fault[]::new));
		return this.ownKey ? this.builder : this.builder.anyKey();
	}

}
