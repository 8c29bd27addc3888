package io.github.elevenspring.problem;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;

import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.EncodedResource;
import org.springframework.core.io.support.PropertiesLoaderUtils;

/**
 * The messages of the library. A resource bundle would look for files when a language is
 * asked for, and an event loop must not wait for that: here all are read at once.
 */
final class LibraryMessages {

	private static final String LOCATION = "io/github/elevenspring/problem/messages%s.properties";

	private final Properties english = load("");

	private final Map<String, Properties> others = Map.of("de", load("_de"), "es", load("_es"));

	String get(String code, Locale locale, Object... arguments) {
		Properties messages = this.others.getOrDefault(locale.getLanguage(), this.english);
		return new MessageFormat(messages.getProperty(code), locale).format(arguments);
	}

	private static Properties load(String language) {
		try {
			return PropertiesLoaderUtils.loadProperties(new EncodedResource(
					new ClassPathResource(LOCATION.formatted(language), LibraryMessages.class.getClassLoader()),
					StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
