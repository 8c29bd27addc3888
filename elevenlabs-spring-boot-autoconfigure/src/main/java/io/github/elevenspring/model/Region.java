package io.github.elevenspring.model;

import java.net.URI;

/**
 * Where ElevenLabs processes a request (data residency page and official SDKs, 2026). A
 * key of one residency region is not valid in another.
 *
 * @since 0.1.0
 */
public enum Region {

	/**
	 * Wherever the service finds best.
	 */
	GLOBAL("https://api.elevenlabs.io"),

	/**
	 * United States.
	 */
	US("https://api.us.elevenlabs.io"),

	/**
	 * European Union, an enterprise feature with keys of its own.
	 */
	EU("https://api.eu.residency.elevenlabs.io"),

	/**
	 * India, an enterprise feature with keys of its own.
	 */
	IN("https://api.in.residency.elevenlabs.io"),

	/**
	 * Singapore, an enterprise feature with keys of its own.
	 */
	SG("https://api.sg.residency.elevenlabs.io");

	private final URI baseUrl;

	Region(String baseUrl) {
		this.baseUrl = URI.create(baseUrl);
	}

	/**
	 * Return the address in front of the paths of the API.
	 * @return the base URL
	 */
	public URI baseUrl() {
		return this.baseUrl;
	}

}
