package io.github.elevenspring.docs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.template.ElevenLabsTemplate;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The two properties of the README, where nobody has set the variable yet.
 */
class ReadmeConfigurationTests {

	private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

	@Test
	void theFirstCallSaysWhatToSet() throws Exception {
		saysWhatToSet(readme());
	}

	@Test
	void theFirstCallSaysWhatToSetWithoutADefaultForTheVariableToo() throws Exception {
		saysWhatToSet(readme().replace(":}", "}"));
	}

	private static void saysWhatToSet(String yaml) {
		YamlPropertiesFactoryBean properties = new YamlPropertiesFactoryBean();
		properties
			.setResources(new ByteArrayResource(yaml.replace("ELEVENLABS_API_KEY", "NOT_SET_ANYWHERE").getBytes()));
		String[] pairs = properties.getObject()
			.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + "=" + entry.getValue())
			.toArray(String[]::new);
		new ReactiveWebApplicationContextRunner().withUserConfiguration(Application.class)
			.withPropertyValues(pairs)
			.run((context) -> StepVerifier.create(context.getBean(ElevenLabsTemplate.class).account().subscription())
				.expectErrorSatisfies((error) -> {
					assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.AUTH);
					assertThat(error).hasMessageContaining("There is no API key");
				})
				.verify(Duration.ofSeconds(20)));
	}

	private static String readme() throws Exception {
		Matcher yaml = YAML.matcher(Files.readString(Path.of("../README.md")));
		assertThat(yaml.find()).isTrue();
		assertThat(yaml.group(1)).contains("${ELEVENLABS_API_KEY:}");
		return yaml.group(1);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
