package io.github.elevenspring.test.junit;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Puts a simulator into the context of tests that ask for one.
 */
final class SimulatorContextCustomizerFactory implements ContextCustomizerFactory {

	@Override
	public @Nullable ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> configAttributes) {
		EnableElevenLabsSimulator annotation = TestContextAnnotationUtils.findMergedAnnotation(testClass,
				EnableElevenLabsSimulator.class);
		return (annotation != null) ? new SimulatorContextCustomizer(annotation) : null;
	}

}
