package io.github.elevenspring.test.simulator;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Lets the official JavaScript SDK talk to the simulator. Skipped where there is no Node
 * or the SDK can be had from nowhere.
 */
class JavaScriptSdkTests {

	private static final Path SCRIPTS = Path.of("src", "test", "js");

	private static final Path HOME = Path.of("target", "js");

	@BeforeAll
	static void installSdk() throws Exception {
		assumeTrue(run(Path.of("."), "node", "--version").status() == 0, "Node is not installed");
		Files.createDirectories(HOME);
		for (String file : new String[] { "package.json", "package-lock.json", ".npmrc", "sdk.mjs" }) {
			Files.copy(SCRIPTS.resolve(file), HOME.resolve(file), StandardCopyOption.REPLACE_EXISTING);
		}
		if (!Files.isDirectory(HOME.resolve("node_modules/@elevenlabs/elevenlabs-js"))) {
			Run install = run(HOME, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
			assertThat(install.status() == 0 || System.getenv("CI") == null).as(install.output()).isTrue();
			assumeTrue(install.status() == 0, "The SDK cannot be installed: " + install.output());
		}
	}

	@Test
	void worksWithTheOfficialSdk() throws Exception {
		try (ElevenLabsSimulator simulator = ElevenLabsSimulator.builder().pace(Pace.IMMEDIATE).start()) {
			Run check = run(HOME, "node", "sdk.mjs", simulator.baseUrl().toString(), simulator.apiKey(),
					simulator.voiceIds().get(0));
			assertThat(check.output()).contains("The SDK is content");
			assertThat(check.status()).isZero();
		}
	}

	private static Run run(Path directory, String... command) throws InterruptedException, IOException {
		Path output = Files.createTempFile("elevenlabs-simulator", ".log");
		try {
			Process process = new ProcessBuilder(command).directory(directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(output.toFile())
				.start();
			if (!process.waitFor(2, TimeUnit.MINUTES)) {
				process.destroyForcibly().waitFor();
			}
			return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			return new Run(-1, String.valueOf(ex.getMessage()));
		}
		finally {
			Files.delete(output);
		}
	}

	/**
	 * How a process ended.
	 */
	private record Run(int status, String output) {

	}

}
