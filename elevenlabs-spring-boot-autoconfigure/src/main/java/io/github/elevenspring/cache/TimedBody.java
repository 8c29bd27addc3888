package io.github.elevenspring.cache;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Looks through JSON that holds audio and times. It is read only outside of the cache:
 * without a look at it here, a broken answer would be kept and served again.
 */
final class TimedBody {

	private static final JsonFactory JSON = new JsonFactory();

	private TimedBody() {
	}

	/**
	 * Tell whether a body holds nothing but whole objects, no error, and some audio.
	 */
	static boolean isWhole(CachedBody body) {
		boolean audio = false;
		try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body.toBytes())) {
			for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
				if (token != JsonToken.START_OBJECT) {
					return false;
				}
				while (parser.nextToken() != JsonToken.END_OBJECT) {
					String field = parser.currentName();
					JsonToken value = parser.nextToken();
					if ("detail".equals(field)) {
						return false;
					}
					audio |= "audio_base64".equals(field) && value == JsonToken.VALUE_STRING
							&& parser.getStringLength() > 0;
					parser.skipChildren();
				}
			}
		}
		catch (JacksonException ex) {
			return false;
		}
		return audio;
	}

}
