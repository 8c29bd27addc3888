package io.github.elevenspring.sample.speech;

import java.util.Locale;

import io.github.elevenspring.model.Priority;

import org.springframework.core.convert.converter.Converter;
import org.springframework.stereotype.Component;

/**
 * Reads the {@code X-Priority} header, in which case does not matter.
 */
@Component
class PriorityConverter implements Converter<String, Priority> {

	@Override
	public Priority convert(String source) {
		return switch (source.trim().toLowerCase(Locale.ROOT)) {
			case "interactive" -> Priority.INTERACTIVE;
			case "normal" -> Priority.NORMAL;
			case "batch" -> Priority.BATCH;
			default -> throw new IllegalArgumentException("X-Priority is one of interactive, normal and batch.");
		};
	}

}
