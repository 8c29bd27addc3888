package io.github.elevenspring.client;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON as ElevenLabs speaks it: snake case, no nulls, and room for fields this library
 * does not know. It is not the application's mapper on purpose: how an application writes
 * its own JSON must not change what is sent to the vendor.
 */
final class WireJson {

	static final JsonMapper MAPPER = JsonMapper.builder()
		.propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
		.changeDefaultPropertyInclusion((inclusion) -> inclusion.withValueInclusion(JsonInclude.Include.NON_NULL))
		.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
		.disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
		.build();

	private static final JsonMapper ASCII = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

	private WireJson() {
	}

	/**
	 * Write the body of a request.
	 * @throws ElevenLabsRejectedException if the object cannot be written
	 */
	static byte[] write(Object body) {
		try {
			return MAPPER.writeValueAsBytes(body);
		}
		catch (JacksonException ex) {
			throw new ElevenLabsRejectedException(ErrorKind.INVALID,
					"The body of the request cannot be written as JSON: " + body.getClass().getName());
		}
	}

	/**
	 * Return a text as it stands between the quotation marks of JSON.
	 */
	static String escaped(String text) {
		return withoutQuotes(MAPPER, text);
	}

	/**
	 * Return a text as it stands in JSON that knows no characters but those of ASCII.
	 */
	static String escapedToAscii(String text) {
		return withoutQuotes(ASCII, text);
	}

	private static String withoutQuotes(JsonMapper mapper, String text) {
		try {
			String quoted = mapper.writeValueAsString(text);
			return quoted.substring(1, quoted.length() - 1);
		}
		catch (JacksonException ex) {
			return text;
		}
	}

}
