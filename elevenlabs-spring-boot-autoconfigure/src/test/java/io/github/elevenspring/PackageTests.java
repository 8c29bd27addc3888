package io.github.elevenspring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The compiler checks nullness only where a package asks for it, so each must.
 */
class PackageTests {

	private static final Path SOURCES = Path.of("src/main/java");

	@ParameterizedTest
	@MethodSource("packagesWithCode")
	void packageSaysWhatLivesThereAndThatNothingIsNull(Path folder) {
		assertThat(folder.resolve("package-info.java")).content().contains("@NullMarked").contains("/**");
	}

	static List<Path> packagesWithCode() throws IOException {
		try (Stream<Path> files = Files.walk(SOURCES)) {
			List<Path> folders = files.filter((file) -> file.toString().endsWith(".java"))
				.map(Path::getParent)
				.distinct()
				.toList();
			assertThat(folders).hasSizeGreaterThan(5);
			return folders;
		}
	}

}
