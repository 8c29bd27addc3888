package io.github.elevenspring.test.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.elevenspring.test.simulator.ApiError.Violation;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads a JSON object field by field and collects what is wrong with it, in the words of
 * the vendor's framework (FastAPI with Pydantic 2). Fields that nobody asks for are
 * ignored.
 */
final class BodySchema {

	private final JsonNode object;

	private final List<Object> location;

	private final List<Violation> violations;

	private BodySchema(JsonNode object, List<Object> location, List<Violation> violations) {
		this.object = object;
		this.location = location;
		this.violations = violations;
	}

	static BodySchema parse(byte[] body) {
		List<Object> location = List.of("body");
		if (body.length == 0) {
			throw refused(new Violation("missing", location, "Field required", null, null));
		}
		JsonNode node;
		try {
			node = Json.MAPPER.readTree(body);
		}
		catch (JacksonException ex) {
			throw refused(new Violation("json_invalid", List.of("body", ex.getLocation().getByteOffset()),
					"JSON decode error", Json.MAPPER.createObjectNode(), Map.of("error", "Expecting value")));
		}
		if (!node.isObject()) {
			throw refused(new Violation("model_attributes_type", location,
					"Input should be a valid dictionary or object to extract fields from", node, null));
		}
		return new BodySchema(node, location, new ArrayList<>());
	}

	String requiredText(String name) {
		JsonNode node = this.object.get(name);
		if (node == null) {
			report("missing", name, "Field required", this.object, null);
			return "";
		}
		if (!node.isString()) {
			report("string_type", name, "Input should be a valid string", node, null);
			return "";
		}
		return node.stringValue();
	}

	@Nullable String text(String name) {
		JsonNode node = find(name);
		if (node != null && !node.isString()) {
			report("string_type", name, "Input should be a valid string", node, null);
			return null;
		}
		return (node != null) ? node.stringValue() : null;
	}

	@Nullable String oneOf(String name, String... values) {
		String text = text(name);
		if (text != null && !List.of(values).contains(text)) {
			String expected = "'" + String.join("', '", values) + "'";
			report("enum", name, "Input should be " + expected, find(name), Map.of("expected", expected));
		}
		return text;
	}

	@Nullable Double number(String name) {
		JsonNode node = find(name);
		if (node != null && !node.isNumber()) {
			report("float_type", name, "Input should be a valid number", node, null);
			return null;
		}
		return (node != null) ? node.doubleValue() : null;
	}

	@Nullable Long integer(String name, long least, long most) {
		JsonNode node = find(name);
		if (node == null) {
			return null;
		}
		if (!node.isIntegralNumber()) {
			report("int_type", name, "Input should be a valid integer", node, null);
			return null;
		}
		if (!node.canConvertToLong() || node.longValue() > most) {
			report("less_than_equal", name, "Input should be less than or equal to " + most, node, Map.of("le", most));
			return null;
		}
		if (node.longValue() < least) {
			report("greater_than_equal", name, "Input should be greater than or equal to " + least, node,
					Map.of("ge", least));
			return null;
		}
		return node.longValue();
	}

	boolean flag(String name) {
		JsonNode node = find(name);
		if (node != null && !node.isBoolean()) {
			report("bool_type", name, "Input should be a valid boolean", node, null);
			return false;
		}
		return node != null && node.booleanValue();
	}

	int list(String name, int most) {
		JsonNode node = find(name);
		if (node == null) {
			return 0;
		}
		if (!node.isArray()) {
			report("list_type", name, "Input should be a valid list", node, null);
			return 0;
		}
		if (node.size() > most) {
			report("too_long", name,
					"List should have at most %d items after validation, not %d".formatted(most, node.size()), node,
					Map.of("field_type", "List", "max_length", most, "actual_length", node.size()));
		}
		return node.size();
	}

	@Nullable BodySchema object(String name) {
		JsonNode node = find(name);
		if (node != null && !node.isObject()) {
			report("model_attributes_type", name, "Input should be a valid dictionary or object to extract fields from",
					node, null);
			return null;
		}
		return (node != null) ? new BodySchema(node, at(name), this.violations) : null;
	}

	/**
	 * Finish the reading.
	 * @throws ApiException with all that is wrong
	 */
	void check() {
		if (!this.violations.isEmpty()) {
			throw new ApiException(ApiError.violations(this.violations));
		}
	}

	private @Nullable JsonNode find(String name) {
		JsonNode node = this.object.get(name);
		return (node == null || node.isNull()) ? null : node;
	}

	private List<Object> at(String name) {
		List<Object> location = new ArrayList<>(this.location);
		location.add(name);
		return location;
	}

	private void report(String type, String name, String message, @Nullable JsonNode input,
			@Nullable Map<String, Object> context) {
		this.violations.add(new Violation(type, at(name), message, input, context));
	}

	private static ApiException refused(Violation violation) {
		return new ApiException(ApiError.violations(List.of(violation)));
	}

}
