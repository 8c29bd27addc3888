package io.github.elevenspring.autoconfigure;

import java.util.Locale;

import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.problem.ElevenLabsProblems;
import io.github.elevenspring.problem.ReactiveProblemAdvice;
import io.github.elevenspring.problem.ServletProblemAdvice;
import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.MessageSource;
import org.springframework.context.support.StaticMessageSource;
import org.springframework.web.servlet.DispatcherServlet;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How problem details are wired, with each web stack and without one.
 */
class ElevenLabsProblemAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATION = AutoConfigurations
		.of(ElevenLabsProblemAutoConfiguration.class);

	private final ReactiveWebApplicationContextRunner reactive = new ReactiveWebApplicationContextRunner()
		.withConfiguration(CONFIGURATION);

	private final WebApplicationContextRunner servlet = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATION);

	@Test
	void eachStackHasItsAdvice() {
		this.reactive.run((context) -> assertThat(context).hasSingleBean(ReactiveProblemAdvice.class)
			.doesNotHaveBean(ServletProblemAdvice.class));
		this.servlet.run((context) -> assertThat(context).hasSingleBean(ServletProblemAdvice.class)
			.doesNotHaveBean(ReactiveProblemAdvice.class));
	}

	@Test
	void anApplicationWithoutTheWebHasNone() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATION)
			.run((context) -> assertThat(context).doesNotHaveBean(ElevenLabsProblems.class));
	}

	@Test
	void needsNoServlets() {
		this.reactive.withClassLoader(new FilteredClassLoader("jakarta.servlet", "org.springframework.web.servlet"))
			.run((context) -> assertThat(context).hasSingleBean(ReactiveProblemAdvice.class));
		this.servlet.withClassLoader(new FilteredClassLoader(DispatcherServlet.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ServletProblemAdvice.class));
	}

	@Test
	void canBeSwitchedOff() {
		this.reactive.withPropertyValues("elevenlabs.problem-details.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ReactiveProblemAdvice.class)
				.doesNotHaveBean(ElevenLabsProblems.class));
	}

	@Test
	void backsOffForBeansOfTheApplication() {
		ElevenLabsProblems own = new ElevenLabsProblems(new StaticMessageSource());
		this.reactive.withBean("own", ElevenLabsProblems.class, () -> own)
			.withBean("ownAdvice", ReactiveProblemAdvice.class, () -> new ReactiveProblemAdvice(own))
			.run((context) -> assertThat(context).hasSingleBean(ElevenLabsProblems.class)
				.hasSingleBean(ReactiveProblemAdvice.class)
				.hasBean("ownAdvice"));
	}

	@Test
	void asksTheMessagesOfTheApplicationFirst() {
		StaticMessageSource own = new StaticMessageSource();
		own.addMessage("elevenlabs.problem.quota.title", Locale.ENGLISH, "Ask Bob");
		this.servlet.withBean("messageSource", MessageSource.class, () -> own)
			.run((context) -> assertThat(context.getBean(ElevenLabsProblems.class)
				.problem(new ElevenLabsRejectedException(ErrorKind.QUOTA, "x"), Locale.ENGLISH)
				.getTitle()).isEqualTo("Ask Bob"));
	}

	@Test
	void bringsItsMessagesIntoANativeImage() {
		RuntimeHints hints = new RuntimeHints();
		new ElevenLabsProblemAutoConfiguration.MessageHints().registerHints(hints, null);
		assertThat(
				RuntimeHintsPredicates.resource().forResource("io/github/elevenspring/problem/messages_de.properties"))
			.accepts(hints);
	}

}
