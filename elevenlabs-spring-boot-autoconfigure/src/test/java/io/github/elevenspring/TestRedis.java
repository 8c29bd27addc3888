package io.github.elevenspring;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Assumptions;
import redis.embedded.core.ExecutableProvider;

import static org.awaitility.Awaitility.await;

/**
 * A real Redis on a loopback port of its own, to be frozen, ended and started again. It
 * ends with the tests, whatever becomes of them.
 */
public final class TestRedis implements AutoCloseable {

	private static File unpacked;

	public final int port;

	private final String[] options;

	private final File executable;

	private final Thread endWithTests = new Thread(this::end);

	private Process process;

	/**
	 * Start a Redis. Where none can run, the test is skipped, except in continuous
	 * integration.
	 */
	public TestRedis(String... options) {
		this.options = options;
		this.executable = executable();
		try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.port = free.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		Runtime.getRuntime().addShutdownHook(this.endWithTests);
		start();
	}

	private static synchronized File executable() {
		if (unpacked != null) {
			return unpacked;
		}
		try {
			Path folder = Path.of("target", "redis", "process-" + ProcessHandle.current().pid());
			File executable = ExecutableProvider.newJarResourceProvider(Files.createDirectories(folder).toFile())
				.get()
				.getAbsoluteFile();
			new ProcessBuilder(executable.getPath(), "--version").redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
			unpacked = executable;
			return executable;
		}
		catch (IOException | RuntimeException ex) {
			if (System.getenv("CI") != null) {
				throw new IllegalStateException("Redis must run in continuous integration", ex);
			}
			return Assumptions.abort("No embedded Redis runs on this machine: " + ex);
		}
	}

	public void start() {
		try {
			File folder = Files.createDirectories(Path.of("target", "redis", Integer.toString(this.port))).toFile();
			List<String> command = new ArrayList<>(
					List.of(this.executable.getPath(), "--port", Integer.toString(this.port), "--bind", "127.0.0.1",
							"--save", "", "--dir", folder.getAbsolutePath()));
			command.addAll(List.of(this.options));
			this.process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(new File(folder, "redis.log")))
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(5)).until(this::answers);
	}

	private boolean answers() {
		try {
			return command("PING").contains("PONG");
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Run a command on a connection of its own.
	 */
	public String command(String command) throws IOException {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port), 10_000);
			socket.setSoTimeout(10_000);
			String[] words = command.split(" ");
			StringBuilder request = new StringBuilder("*" + words.length + "\r\n");
			for (String word : words) {
				request.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
			}
			socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
			byte[] answer = new byte[4096];
			int read = socket.getInputStream().read(answer);
			return new String(answer, 0, Math.max(0, read), StandardCharsets.UTF_8);
		}
	}

	public void freeze() {
		signal("STOP");
	}

	public void goOn() {
		signal("CONT");
	}

	public void end() {
		Signals.kill(this.process);
	}

	private void signal(String name) {
		Signals.send(this.process, name);
	}

	@Override
	public void close() {
		end();
		Runtime.getRuntime().removeShutdownHook(this.endWithTests);
	}

	/**
	 * Signals to processes that a test started.
	 */
	public static final class Signals {

		private Signals() {
		}

		public static void send(Process process, String name) {
			try {
				new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		public static void kill(Process process) {
			try {
				process.destroyForcibly().waitFor();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
