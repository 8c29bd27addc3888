package io.github.elevenspring.test;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.model.voice.VoiceQuery;
import io.github.elevenspring.template.ElevenLabsTemplate;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;

/**
 * An application in a process of its own, of which twenty callers never stop to speak.
 */
final class SpeakingProcess implements AutoCloseable {

	private static final int CALLERS = 20;

	final Process process;

	SpeakingProcess(List<String> properties) {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
						"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
						SpeakingProcess.class.getName()));
		command.addAll(properties);
		try {
			this.process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/speaking-processes.log")))
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

	public static void main(String[] arguments) {
		ElevenLabsTemplate elevenLabs = new SpringApplicationBuilder(LibraryApplication.class)
			.web(WebApplicationType.NONE)
			.run(arguments)
			.getBean(ElevenLabsTemplate.class);
		String voice = elevenLabs.voices().list(VoiceQuery.all()).blockFirst(Duration.ofSeconds(30)).voiceId();
		SpeechRequest request = SpeechRequest.of("Hi.").voice(voice);
		Flux.range(0, CALLERS)
			.flatMap((i) -> elevenLabs.speech()
				.stream(request.tenant("tenant-" + i % 7).priority(Priority.values()[i % 3]))
				.then()
				.onErrorResume((error) -> Mono.delay(Duration.ofMillis(50)).then())
				.repeat(), CALLERS)
			.blockLast();
	}

}
