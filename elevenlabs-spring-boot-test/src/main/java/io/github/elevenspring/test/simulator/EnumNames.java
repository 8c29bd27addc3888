package io.github.elevenspring.test.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds enum constants by the lower-case names that people write.
 */
final class EnumNames {

	private EnumNames() {
	}

	static <E extends Enum<E>> E find(Class<E> type, String name) {
		List<String> names = new ArrayList<>();
		for (E value : type.getEnumConstants()) {
			names.add(value.name().toLowerCase(Locale.ROOT));
			if (value.name().equalsIgnoreCase(name)) {
				return value;
			}
		}
		throw new IllegalArgumentException("'%s' is none of %s".formatted(name, String.join(", ", names)));
	}

}
