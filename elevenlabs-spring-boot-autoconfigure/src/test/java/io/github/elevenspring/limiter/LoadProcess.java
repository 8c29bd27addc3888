package io.github.elevenspring.limiter;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.elevenspring.TestRedis;
import io.github.elevenspring.model.Priority;

/**
 * An instance of an application in a process of its own. It keeps a number of calls going
 * until it is told to stop. Once that is so it ends as soon as all its calls have ended.
 */
final class LoadProcess implements AutoCloseable {

	private static final int CALLERS = 20;

	final Process process;

	private final BufferedReader said;

	private final BufferedWriter told;

	LoadProcess(int redis, int service, int limit, Duration lease, Duration commandTimeout) {
		try {
			this.process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp", System.getProperty("java.class.path"),
					LoadProcess.class.getName(), Integer.toString(redis), Integer.toString(service),
					Integer.toString(limit), lease.toString(), commandTimeout.toString())
				.redirectError(Files.createTempFile(Files.createDirectories(Path.of("target", "redis")), "load", ".log")
					.toFile())
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.said = this.process.inputReader(StandardCharsets.UTF_8);
		this.told = this.process.outputWriter(StandardCharsets.UTF_8);
	}

	/**
	 * Tell the process something and return its answer.
	 */
	String ask(String word) {
		try {
			this.told.write(word + "\n");
			this.told.flush();
			String answer = this.said.readLine();
			while (answer != null && !answer.startsWith("> ")) {
				answer = this.said.readLine();
			}
			return String.valueOf(answer);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	boolean isShared() {
		return ask("state").startsWith("> shared");
	}

	/**
	 * Return how often the process was cut off from Redis.
	 */
	int cutOffs() {
		return Integer.parseInt(ask("state").split(" ")[9]);
	}

	@Override
	public void close() {
		TestRedis.Signals.kill(this.process);
	}

	public static void main(String[] arguments) throws IOException {
		int service = Integer.parseInt(arguments[1]);
		LimiterSettings settings = new LimiterSettings(0, true, 1000, Duration.ofSeconds(30), Duration.ofSeconds(30),
				LimiterSettings.defaults().guaranteedShares(), null);
		TestInstance instance = new TestInstance(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[2]),
				settings,
				new RedisLimiterSettings("test", Duration.parse(arguments[3]), Duration.parse(arguments[4]), 3));
		new Load(instance, service).obey();
		System.exit(0);
	}

	/**
	 * The calls of one process.
	 */
	private static final class Load {

		private final TestInstance instance;

		private final int service;

		private final ExecutorService threads = Executors.newCachedThreadPool();

		private final AtomicInteger begun = new AtomicInteger();

		private final AtomicInteger ended = new AtomicInteger();

		private final AtomicInteger refused = new AtomicInteger();

		private volatile boolean stopping;

		Load(TestInstance instance, int service) {
			this.instance = instance;
			this.service = service;
		}

		void obey() throws IOException {
			BufferedReader words = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			for (String word = words.readLine(); word != null; word = words.readLine()) {
				switch (word) {
					case "begin" -> {
						for (int i = 0; i < CALLERS; i++) {
							next(i);
						}
					}
					case "stop" -> this.stopping = true;
					case "end" -> {
						this.instance.close();
						System.out.println("> ended");
						return;
					}
					default -> {
					}
				}
				System.out.println("> " + (this.instance.limiter.isShared() ? "shared" : "alone") + " begun "
						+ this.begun.get() + " ended " + this.ended.get() + " refused " + this.refused.get()
						+ " cut-offs " + this.instance.limiter.cutOffs());
			}
		}

		private void next(int caller) {
			if (this.stopping) {
				return;
			}
			this.begun.incrementAndGet();
			TestCall call = new TestCall(this.instance.limiter, Priority.values()[caller % 3], "tenant" + caller % 5,
					(granted) -> this.threads.execute(() -> request(granted, caller))) {
				@Override
				void refused(io.github.elevenspring.error.ElevenLabsException refusal) {
					Load.this.refused.incrementAndGet();
					Load.this.ended.incrementAndGet();
					System.err.println(refusal.getMessage());
					next(caller);
				}
			};
			call.enter();
		}

		private void request(TestCall call, int caller) {
			try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.service)) {
				socket.getOutputStream().write(1);
				socket.getInputStream().read();
			}
			catch (IOException ex) {
				System.err.println(ex);
			}
			call.release();
			this.ended.incrementAndGet();
			next(caller);
		}

	}

}
