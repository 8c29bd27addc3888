package io.github.elevenspring.test.junit;

import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.test.context.ContextCustomizer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What decides whether two test classes share a context.
 */
class SimulatorContextCustomizerTests {

	private final SimulatorContextCustomizerFactory factory = new SimulatorContextCustomizerFactory();

	@Test
	void isEqualForEqualAttributes() {
		assertThat(customizer(First.class)).isEqualTo(customizer(Second.class))
			.hasSameHashCodeAs(customizer(Second.class));
		assertThat(customizer(First.class)).isNotEqualTo(customizer(Other.class));
	}

	@Test
	void isAbsentWithoutTheAnnotation() {
		assertThat(customizer(Plain.class)).isNull();
	}

	private ContextCustomizer customizer(Class<?> type) {
		return this.factory.createContextCustomizer(type, List.of());
	}

	@EnableElevenLabsSimulator(seed = 1)
	static class First {

	}

	@EnableElevenLabsSimulator(seed = 1)
	static class Second {

	}

	@EnableElevenLabsSimulator(seed = 2)
	static class Other {

	}

	static class Plain {

	}

}
