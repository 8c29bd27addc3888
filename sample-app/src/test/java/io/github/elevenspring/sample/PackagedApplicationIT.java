package io.github.elevenspring.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;

import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the jar as it is deployed: another process with little memory, the profile
 * {@code prod}, and a server in this process in place of ElevenLabs.
 */
@EnabledIfSystemProperty(named = "sample.jar", matches = ".+",
		disabledReason = "Needs the packaged application: run ./mvnw verify")
class PackagedApplicationIT {

	private static final long SIZE = DataSize.parse(System.getProperty("sample.stream-size", "1GB")).toBytes();

	private static final int BLOCK = 32 * 1024;

	private static final Pattern PORT = Pattern.compile("Netty started on port (\\d+)");

	private final Path jar = Path.of(System.getProperty("sample.jar"));

	private final List<Process> processes = new ArrayList<>();

	@AfterEach
	void endWhatWasStarted() {
		this.processes.forEach(Process::destroyForcibly);
	}

	@Test
	void leavesTheSimulatorAtHome() throws IOException {
		try (JarFile jar = new JarFile(this.jar.toFile())) {
			List<String> libraries = jar.stream()
				.map((entry) -> entry.getName())
				.filter((name) -> name.startsWith("BOOT-INF/lib/") && name.endsWith(".jar"))
				.map((name) -> name.substring("BOOT-INF/lib/".length()))
				.toList();
			assertThat(libraries).anyMatch((name) -> name.startsWith("elevenlabs-spring-boot-autoconfigure-"));
			assertThat(libraries).noneMatch((name) -> name
				.matches("(elevenlabs-spring-boot-test|jump3r|junit|opentest4j|apiguardian|spring-test|spring-boot-test"
						+ "|mockito|assertj|selenium).*"));
		}
	}

	@Test
	void streamsMoreThanItCanHold() throws Exception {
		DisposableServer elevenLabs = speakForever();
		try {
			Process process = start(
					Map.of("ELEVENLABS_API_KEY", "sk_of_this_test", "ELEVENLABS_BASE_URL",
							"http://127.0.0.1:" + elevenLabs.port()),
					"--spring.profiles.active=prod", "--server.port=0");
			int port = port(lines(process));
			long received = HttpClient.create()
				.headers((headers) -> headers.set("Content-Type", "application/json"))
				.post()
				.uri("http://127.0.0.1:" + port + "/api/speech")
				.send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer("""
						{"text": "Hello", "voiceId": "somebody", "outputFormat": "pcm_24000"}""".getBytes())))
				.response((response, body) -> {
					assertThat(response.status().code()).isEqualTo(200);
					return body.map(ByteBuf::readableBytes);
				})
				.reduce(0L, Long::sum)
				.block(Duration.ofMinutes(4));
			assertThat(received).isEqualTo(SIZE);
			assertThat(process.isAlive()).isTrue();
			process.destroy();
			assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			elevenLabs.disposeNow();
		}
	}

	@Test
	void speaksForItselfWhereElevenLabsCannotBeReached() throws Exception {
		Process process = start(
				Map.of("ELEVENLABS_API_KEY", "sk_of_this_test", "ELEVENLABS_BASE_URL", "http://127.0.0.1:1"),
				"--spring.profiles.active=prod", "--server.port=0");
		String degraded = HttpClient.create()
			.headers((headers) -> headers.set("Content-Type", "application/json"))
			.post()
			.uri("http://127.0.0.1:" + port(lines(process)) + "/api/speech")
			.send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer("""
					{"text": "Hello there.", "voiceId": "somebody", "outputFormat": "pcm_24000"}""".getBytes())))
			.responseSingle((response,
					body) -> body.map((bytes) -> response.responseHeaders().get("X-Degraded") + " "
							+ response.responseHeaders().get("Content-Type") + " " + (bytes.readableBytes() > 20_000)))
			.block(Duration.ofMinutes(1));
		assertThat(degraded).isEqualTo("engine audio/pcm true");
	}

	@Test
	void asksForAKey() throws Exception {
		assertThat(output(start(Map.of(), "--spring.profiles.active=prod"))).contains("APPLICATION FAILED TO START")
			.contains("Profile 'prod' speaks to ElevenLabs and needs an API key, but ELEVENLABS_API_KEY is not set.")
			.contains("ELEVENLABS_API_KEY=<your key> java -jar sample-app.jar --spring.profiles.active=prod");
	}

	@Test
	void saysThatTheSimulatorIsNotThere() throws Exception {
		assertThat(output(start(Map.of("ELEVENLABS_API_KEY", "sk_of_this_test"))))
			.contains("APPLICATION FAILED TO START")
			.contains("Profile 'dev' speaks to the simulator, which is not part of the packaged application.")
			.contains("--spring.profiles.active=prod")
			.contains("./mvnw spring-boot:run");
	}

	private Process start(Map<String, String> environment, String... arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx96m", "-jar",
						this.jar.toString()));
		command.addAll(List.of(arguments));
		ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
		builder.environment().keySet().removeIf((name) -> name.matches("(ELEVENLABS|SPRING|SERVER)_.*"));
		builder.environment().putAll(environment);
		Process process = builder.start();
		this.processes.add(process);
		return process;
	}

	private static BlockingQueue<String> lines(Process process) {
		BlockingQueue<String> lines = new LinkedBlockingQueue<>();
		Thread reader = new Thread(() -> {
			try (BufferedReader output = process.inputReader()) {
				output.lines().forEach(lines::add);
			}
			catch (IOException ex) {
				lines.add(ex.toString());
			}
		}, "output-of-application");
		reader.setDaemon(true);
		reader.start();
		return lines;
	}

	private static int port(BlockingQueue<String> lines) throws InterruptedException {
		List<String> seen = new ArrayList<>();
		for (String line = lines.poll(60, TimeUnit.SECONDS); line != null; line = lines.poll(60, TimeUnit.SECONDS)) {
			seen.add(line);
			Matcher matcher = PORT.matcher(line);
			if (matcher.find()) {
				return Integer.parseInt(matcher.group(1));
			}
		}
		throw new AssertionError("Did not start:\n" + String.join("\n", seen));
	}

	private static String output(Process process) throws Exception {
		String output = new String(process.getInputStream().readAllBytes());
		assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
		assertThat(process.exitValue()).isNotZero();
		return output;
	}

	private static DisposableServer speakForever() {
		ByteBuf block = Unpooled.unreleasableBuffer(Unpooled.directBuffer(BLOCK).writeZero(BLOCK));
		int blocks = Math.toIntExact(SIZE / BLOCK);
		return HttpServer.create()
			.host("127.0.0.1")
			.port(0)
			.route((routes) -> routes.post("/v1/text-to-speech/{voice}/stream",
					(request, response) -> request.receive()
						.then(response.header("content-type", "audio/pcm")
							.send(Flux.range(0, blocks).map((number) -> block.duplicate()))
							.then())))
			.bindNow();
	}

}
