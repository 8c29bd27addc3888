package io.github.elevenspring.test.simulator;

import java.util.List;
import java.util.Map;

import io.github.elevenspring.test.simulator.ApiError.Violation;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parameters of a query and refuses wrong ones in the words of the vendor's
 * framework.
 */
final class QueryParameters {

	private final Exchange exchange;

	QueryParameters(Exchange exchange) {
		this.exchange = exchange;
	}

	int integer(String name, int otherwise) {
		String value = this.exchange.parameter(name);
		if (value == null) {
			return otherwise;
		}
		try {
			return Integer.parseInt(value);
		}
		catch (NumberFormatException ex) {
			throw refused("int_parsing", name, "Input should be a valid integer, unable to parse string as an integer",
					value, null);
		}
	}

	boolean flag(String name, boolean otherwise) {
		String value = this.exchange.parameter(name);
		if (value == null) {
			return otherwise;
		}
		return switch (value) {
			case "true", "True", "1" -> true;
			case "false", "False", "0" -> false;
			default -> throw refused("bool_parsing", name, "Input should be a valid boolean, unable to interpret input",
					value, null);
		};
	}

	@Nullable String oneOf(String name, String... values) {
		String value = this.exchange.parameter(name);
		if (value != null && !List.of(values).contains(value)) {
			String expected = "'" + String.join("', '", values) + "'";
			throw refused("enum", name, "Input should be " + expected, value, Map.of("expected", expected));
		}
		return value;
	}

	private static ApiException refused(String type, String name, String message, String input,
			@Nullable Map<String, Object> context) {
		return new ApiException(ApiError.violations(List.of(new Violation(type, List.of("query", name), message,
				Json.MAPPER.getNodeFactory().stringNode(input), context))));
	}

}
