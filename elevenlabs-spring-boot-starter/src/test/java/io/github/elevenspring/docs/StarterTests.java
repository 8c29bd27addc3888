package io.github.elevenspring.docs;

import io.github.elevenspring.autoconfigure.ElevenLabsConnectionDetails;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.model.Region;
import io.github.elevenspring.template.ElevenLabsTemplate;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application gets that adds the starter and sets two properties.
 */
class StarterTests {

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withPropertyValues("elevenlabs.api-key=elevenlabs_dev_your_key_here", "elevenlabs.defaults.voice-id=v");

	@Test
	void theStarterAloneProvidesATemplateToInject() {
		this.runner.withUserConfiguration(Application.class)
			.run((context) -> assertThat(context).hasSingleBean(ElevenLabsTemplate.class)
				.hasSingleBean(GreetingController.class));
	}

	@Test
	void theDocumentedConfigurationTakesEffect() {
		this.runner.withUserConfiguration(Application.class, ConfigurationSnippets.class).run((context) -> {
			assertThat(context.getBean(ElevenLabsConnectionDetails.class).getBaseUrl()).isEqualTo(Region.EU.baseUrl());
			assertThat(context.getBeansOfType(CallStage.class)).containsKey("creditLog");
		});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(GreetingController.class)
	static class Application {

	}

}
