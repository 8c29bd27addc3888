package io.github.elevenspring.test.simulator;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * Compares the key of a request with that of the account.
 */
final class Authenticator {

	private final byte[] key;

	private final boolean anyKey;

	Authenticator(String key, boolean anyKey) {
		this.key = key.getBytes(StandardCharsets.UTF_8);
		this.anyKey = anyKey;
	}

	void check(Exchange exchange) {
		check(exchange, ApiError.missingKey());
	}

	void check(Exchange exchange, ApiError missing) {
		String key = exchange.header("xi-api-key");
		if (key == null || key.isEmpty()) {
			throw new ApiException(missing);
		}
		if (!this.anyKey && !MessageDigest.isEqual(this.key, key.getBytes(StandardCharsets.UTF_8))) {
			throw new ApiException(ApiError.invalidKey());
		}
	}

}
