package io.github.elevenspring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an editor shows for each property is part of the product.
 */
class ConfigurationMetadataTests {

	@ParameterizedTest
	@MethodSource("properties")
	void propertyHasADescription(Property property) {
		assertThat(property.description()).as(property.name()).isNotBlank();
		assertThat(property.description()).doesNotStartWith("The ").doesNotStartWith("A ").doesNotEndWith(".");
	}

	static Stream<Property> properties() throws IOException {
		ClassPathResource metadata = new ClassPathResource("META-INF/spring-configuration-metadata.json",
				ElevenLabsProperties.class.getClassLoader());
		try (InputStream input = metadata.getInputStream()) {
			JsonNode root = JsonMapper.builder().build().readTree(input);
			return root.get("properties")
				.valueStream()
				.filter((node) -> node.get("name").asString().startsWith("elevenlabs."))
				.map((node) -> new Property(node.get("name").asString(), node.path("description").asString("")))
				.toList()
				.stream();
		}
	}

	record Property(String name, String description) {

		@Override
		public String toString() {
			return this.name;
		}

	}

}
