package io.github.elevenspring.autoconfigure;

import io.github.elevenspring.problem.ElevenLabsProblems;
import io.github.elevenspring.problem.ReactiveProblemAdvice;
import io.github.elevenspring.problem.ServletProblemAdvice;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * Auto-configuration for problem details: errors that leave a controller are answered in
 * the language of the client, with WebFlux and with MVC.
 *
 * @since 0.1.0
 */
@AutoConfiguration
@ConditionalOnWebApplication
@ConditionalOnBooleanProperty(name = "elevenlabs.problem-details.enabled", matchIfMissing = true)
@EnableConfigurationProperties(ElevenLabsProblemProperties.class)
@ImportRuntimeHints(ElevenLabsProblemAutoConfiguration.MessageHints.class)
public final class ElevenLabsProblemAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ElevenLabsProblems elevenLabsProblems(ApplicationContext messages) {
		return new ElevenLabsProblems(messages);
	}

	/**
	 * Problem details with WebFlux.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(DispatcherHandler.class)
	@ConditionalOnWebApplication(type = Type.REACTIVE)
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ReactiveProblemAdvice elevenLabsReactiveProblemAdvice(ElevenLabsProblems problems) {
			return new ReactiveProblemAdvice(problems);
		}

	}

	/**
	 * Problem details with MVC.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(DispatcherServlet.class)
	@ConditionalOnWebApplication(type = Type.SERVLET)
	static class ServletConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ServletProblemAdvice elevenLabsServletProblemAdvice(ElevenLabsProblems problems) {
			return new ServletProblemAdvice(problems);
		}

	}

	/**
	 * The messages are resources.
	 */
	static class MessageHints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources().registerPattern("io/github/elevenspring/problem/messages*.properties");
		}

	}

}
