package io.github.elevenspring.test.junit;

import io.github.elevenspring.test.autoconfigure.SimulatorConnectionDetails;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Registers a simulator and its connection details. Equal annotations make equal
 * customizers, so contexts are shared in the cache of the test framework.
 */
record SimulatorContextCustomizer(EnableElevenLabsSimulator annotation) implements ContextCustomizer {

	@Override
	public void customizeContext(ConfigurableApplicationContext context, MergedContextConfiguration mergedConfig) {
		ConfigurableListableBeanFactory beanFactory = context.getBeanFactory();
		RootBeanDefinition simulator = new RootBeanDefinition(ElevenLabsSimulator.class,
				() -> SimulatorStarter.start(this.annotation));
		simulator.setDestroyMethodName("close");
		RootBeanDefinition details = new RootBeanDefinition(SimulatorConnectionDetails.class,
				() -> new SimulatorConnectionDetails(beanFactory.getBean(ElevenLabsSimulator.class)));
		details.setPrimary(true);
		BeanDefinitionRegistry registry = (BeanDefinitionRegistry) beanFactory;
		registry.registerBeanDefinition("elevenLabsSimulator", simulator);
		registry.registerBeanDefinition("simulatorConnectionDetails", details);
	}

}
