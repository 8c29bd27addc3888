package io.github.elevenspring.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A contender in a JVM of its own, as it is in an application, where the compiler has
 * seen nothing of the others. It has the options of this JVM that begin with {@code -X},
 * and ends with it.
 */
final class Fork implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private final Contender contender;

	private final Process process;

	private final Writer orders;

	private final BufferedReader answers;

	/**
	 * Start one.
	 * @param contender who takes turns in it
	 * @param server where it finds ElevenLabs
	 * @param callers callers at once
	 */
	Fork(Contender contender, SpeechServer server, int callers) {
		this.contender = contender;
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
			if (option.startsWith("-X")) {
				command.add(option);
			}
		}
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), Turns.class.getName(), contender.name(),
				server.url(), Integer.toString(callers)));
		try {
			this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.orders = this.process.outputWriter(StandardCharsets.UTF_8);
		this.answers = this.process.inputReader(StandardCharsets.UTF_8);
	}

	Contender contender() {
		return this.contender;
	}

	/**
	 * Let the contender take a turn.
	 * @param length how long
	 */
	Round take(Duration length) {
		FutureTask<Round> round = new FutureTask<>(() -> {
			this.orders.write(length.toMillis() + System.lineSeparator());
			this.orders.flush();
			String line = this.answers.readLine();
			while (line != null && !line.startsWith(Turns.ROUND)) {
				System.out.println(line);
				line = this.answers.readLine();
			}
			if (line == null) {
				throw new IllegalStateException(this.contender + " has ended");
			}
			return Round.of(line.substring(Turns.ROUND.length()));
		});
		Thread reader = new Thread(round, "fork-" + this.contender);
		reader.setDaemon(true);
		reader.start();
		try {
			return round.get(length.plus(PATIENCE).toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new ForkHangsException(this.contender);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
		this.process.onExit().join();
	}

}
