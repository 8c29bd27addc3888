package io.github.elevenspring.docs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the documentation to the code: each Java snippet stands, line by line, in a file
 * that is compiled, each property exists, and each link leads somewhere.
 */
class DocumentationTests {

	private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

	private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

	private static final Pattern YAML = Pattern.compile("```ya?ml\n(.*?)```", Pattern.DOTALL);

	private static final Pattern PROPERTY = Pattern.compile("`(elevenlabs\\.[a-z0-9.-]+)`");

	private static final Pattern LIST_ELEMENT = Pattern.compile("\\[\\d+].*");

	private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)");

	@ParameterizedTest
	@MethodSource("pages")
	void eachJavaSnippetIsCompiledSomewhere(Path page) throws IOException {
		Matcher snippets = JAVA.matcher(Files.readString(page));
		while (snippets.find()) {
			String snippet = normalized(snippets.group(1));
			assertThat(sources()).as("%s: %s", page.getFileName(), snippet)
				.anyMatch((source) -> source.contains(snippet));
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void eachPropertyOfAYamlSnippetExists(Path page) throws IOException {
		Set<String> known = knownProperties();
		for (MatchResult snippet : YAML.matcher(Files.readString(page)).results().toList()) {
			YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
			yaml.setResources(new ByteArrayResource(snippet.group(1).getBytes(StandardCharsets.UTF_8)));
			// Not stringPropertyNames(), which leaves out what YAML takes for a number or
			// a boolean.
			assertThat(yaml.getObject().keySet()).isNotEmpty()
				.map((name) -> LIST_ELEMENT.matcher(name.toString()).replaceFirst(""))
				.filteredOn((name) -> name.startsWith("elevenlabs."))
				.allMatch((name) -> known.contains(name) || known.stream().anyMatch((map) -> isIn(map, name)));
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void eachPropertyExists(Path page) throws IOException {
		Matcher properties = PROPERTY.matcher(Files.readString(page));
		Set<String> known = knownProperties();
		while (properties.find()) {
			String name = properties.group(1);
			if (!name.startsWith("elevenlabs.requests") && !name.matches("elevenlabs\\.[a-z]+_[a-z_]+")) {
				assertThat(known).as(page.getFileName().toString())
					.anyMatch((property) -> property.equals(name) || property.startsWith(name + "."));
			}
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void eachLinkLeadsSomewhere(Path page) throws IOException {
		Matcher links = LINK.matcher(Files.readString(page));
		while (links.find()) {
			assertThat(page.resolveSibling(links.group(1))).exists();
		}
	}

	@Test
	void theReadmeShowsItsSnippet() throws IOException {
		assertThat(JAVA.matcher(Files.readString(ROOT.resolve("README.md"))).results()).isNotEmpty();
	}

	static List<Path> pages() throws IOException {
		List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")));
		try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
			files.filter((file) -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
		}
		return pages;
	}

	private static List<String> sources() throws IOException {
		List<String> sources = new ArrayList<>();
		try (Stream<Path> modules = Files.list(ROOT)) {
			for (Path module : modules.filter((folder) -> Files.exists(folder.resolve("src"))).toList()) {
				try (Stream<Path> files = Files.walk(module.resolve("src"))) {
					for (Path file : files.filter((candidate) -> candidate.toString().endsWith(".java")).toList()) {
						sources.add(normalized(Files.readString(file)));
					}
				}
			}
		}
		return sources;
	}

	/**
	 * The keys of a map are up to the reader; its own name ends with a dot here.
	 */
	private static boolean isIn(String map, String name) {
		return map.endsWith(".") && name.startsWith(map);
	}

	/**
	 * Where lines break is up to the formatter.
	 */
	private static String normalized(String code) {
		return code.replaceAll("\\s", "");
	}

	private static Set<String> knownProperties() throws IOException {
		List<String> names = new ArrayList<>();
		Resource[] metadata = new PathMatchingResourcePatternResolver()
			.getResources("classpath*:META-INF/spring-configuration-metadata.json");
		for (Resource resource : metadata) {
			names.addAll(namesIn(resource.getInputStream()));
		}
		return Set.copyOf(names.stream().filter((name) -> name.startsWith("elevenlabs.")).collect(Collectors.toSet()));
	}

	private static List<String> namesIn(InputStream metadata) throws IOException {
		try (metadata) {
			return JsonMapper.builder()
				.build()
				.readTree(metadata)
				.get("properties")
				.valueStream()
				.map((property) -> property.get("name").asString()
						+ (property.path("type").asString("").startsWith("java.util.Map<") ? "." : ""))
				.toList();
		}
	}

}
