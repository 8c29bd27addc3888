package io.github.elevenspring.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.CallStage;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the table of stages to the stages that the starter wires, and to their orders.
 */
class CallPathTests {

	private static final Pattern ROW = Pattern.compile("\\| `(\\w+Stage)` \\| `(\\w+` = \\d+) \\|.*");

	@Test
	void theTableNamesEachStageInItsOrder() throws IOException {
		List<String> stages = rows(1);
		new ReactiveWebApplicationContextRunner().withPropertyValues("elevenlabs.api-key=k")
			.withUserConfiguration(Application.class)
			.run((context) -> assertThat(context.getBeanProvider(CallStage.class).orderedStream())
				.map((stage) -> stage.getClass().getSimpleName())
				.containsExactlyElementsOf(stages));
	}

	@Test
	void theTableNamesEachOrder() throws IOException {
		assertThat(List.of(CallPipeline.class.getFields())).map(
				(field) -> field.getName() + "` = " + ReflectionTestUtils.getField(CallPipeline.class, field.getName()))
			.containsExactlyInAnyOrderElementsOf(rows(2));
	}

	private static List<String> rows(int column) throws IOException {
		return Files.readString(Path.of("").toAbsolutePath().resolveSibling("docs/call-path.md"))
			.lines()
			.map(ROW::matcher)
			.filter((row) -> row.matches())
			.map((row) -> row.group(column))
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
