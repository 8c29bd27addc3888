package io.github.elevenspring.autoconfigure;

import java.util.List;

import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A name in the imports file that does not load is noticed by nobody but users.
 */
class AutoConfigurationImportsTests {

	@Test
	void eachNameLoadsAndIsAnAutoConfiguration() throws Exception {
		ClassLoader classLoader = getClass().getClassLoader();
		List<String> ours = ImportCandidates.load(AutoConfiguration.class, classLoader)
			.getCandidates()
			.stream()
			.filter((name) -> name.startsWith("io.github.elevenspring."))
			.toList();
		assertThat(ours).hasSizeGreaterThanOrEqualTo(3).isSorted();
		for (String name : ours) {
			Class<?> type = ClassUtils.forName(name, classLoader);
			assertThat(MergedAnnotations.from(type).isPresent(AutoConfiguration.class)).as(name).isTrue();
		}
	}

}
