package io.github.elevenspring.test.junit;

import java.util.Arrays;

import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.test.context.junit.jupiter.SpringExtension;
import org.springframework.util.Assert;

/**
 * Hands the simulator to tests and resets it after each one. A Spring test has it in its
 * context; for any other class one is started, and stopped after the last test.
 */
final class ElevenLabsSimulatorExtension implements BeforeAllCallback, AfterEachCallback, ParameterResolver {

	private static final String SPRING_EXTENSION = "org.springframework.test.context.junit.jupiter.SpringExtension";

	private static final Namespace NAMESPACE = Namespace.create(ElevenLabsSimulatorExtension.class);

	@Override
	public void beforeAll(ExtensionContext context) {
		if (usesSpring(context) || find(context) != null) {
			return;
		}
		MergedAnnotation<EnableElevenLabsSimulator> annotation = annotations(context)
			.get(EnableElevenLabsSimulator.class);
		Assert.state(annotation.isPresent(), "The extension works through @EnableElevenLabsSimulator only");
		// the store closes it with the class
		context.getStore(NAMESPACE).put(ElevenLabsSimulator.class, SimulatorStarter.start(annotation.synthesize()));
	}

	@Override
	public void afterEach(ExtensionContext context) {
		simulator(context).reset();
	}

	@Override
	public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
		return parameter.getParameter().getType() == ElevenLabsSimulator.class;
	}

	@Override
	public ElevenLabsSimulator resolveParameter(ParameterContext parameter, ExtensionContext context) {
		return simulator(context);
	}

	private static ElevenLabsSimulator simulator(ExtensionContext context) {
		if (usesSpring(context)) {
			return SpringTest.simulator(context);
		}
		ElevenLabsSimulator simulator = find(context);
		Assert.state(simulator != null, "The simulator runs from before the first to after the last test");
		return simulator;
	}

	private static @Nullable ElevenLabsSimulator find(ExtensionContext context) {
		return context.getStore(NAMESPACE).get(ElevenLabsSimulator.class, ElevenLabsSimulator.class);
	}

	private static boolean usesSpring(ExtensionContext context) {
		return annotations(context).stream(ExtendWith.class)
			.flatMap((extensions) -> Arrays.stream(extensions.getStringArray("value")))
			.anyMatch(SPRING_EXTENSION::equals);
	}

	private static MergedAnnotations annotations(ExtensionContext context) {
		return MergedAnnotations.search(SearchStrategy.TYPE_HIERARCHY)
			.withEnclosingClasses((type) -> true)
			.from(context.getRequiredTestClass());
	}

	/**
	 * Apart, since Spring's test support may not be there.
	 */
	private static final class SpringTest {

		static ElevenLabsSimulator simulator(ExtensionContext context) {
			return SpringExtension.getApplicationContext(context).getBean(ElevenLabsSimulator.class);
		}

	}

}
