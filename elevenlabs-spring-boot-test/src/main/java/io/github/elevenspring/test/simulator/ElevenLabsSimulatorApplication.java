package io.github.elevenspring.test.simulator;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;

/**
 * Runs a simulator from the command line until the process is told to stop. Ends with
 * status 2 if an argument is wrong, and 1 if the port is taken.
 *
 * @since 0.1.0
 */
public final class ElevenLabsSimulatorApplication {

	static final int CANNOT_START = 1;

	static final int WRONG_ARGUMENT = 2;

	private ElevenLabsSimulatorApplication() {
	}

	/**
	 * Start a simulator and wait.
	 * @param arguments the arguments, {@code --help} lists them
	 * @throws InterruptedException if the thread is interrupted
	 */
	public static void main(String[] arguments) throws InterruptedException {
		Outcome outcome = start(System.out, System.err, arguments);
		ElevenLabsSimulator simulator = outcome.simulator();
		if (simulator == null) {
			System.exit(outcome.status());
			return;
		}
		CountDownLatch stopped = new CountDownLatch(1);
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			simulator.close();
			stopped.countDown();
		}, "elevenlabs-simulator-stop"));
		stopped.await();
	}

	static Outcome start(PrintStream out, PrintStream err, String... arguments) {
		try {
			ElevenLabsSimulator.Builder builder = SimulatorArguments.parse(arguments);
			if (builder == null) {
				out.print(SimulatorArguments.USAGE);
				return new Outcome(null, 0);
			}
			ElevenLabsSimulator simulator = builder.start();
			out.println("ElevenLabs simulator listens on " + simulator.baseUrl());
			return new Outcome(simulator, 0);
		}
		catch (IllegalArgumentException ex) {
			err.println(ex.getMessage());
			return new Outcome(null, WRONG_ARGUMENT);
		}
		catch (RuntimeException ex) {
			err.println("Cannot start: " + ex.getMessage());
			return new Outcome(null, CANNOT_START);
		}
	}

	/**
	 * What came of the arguments.
	 */
	record Outcome(@Nullable ElevenLabsSimulator simulator, int status) {

	}

}
