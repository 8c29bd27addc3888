/**
 * The last step of a call: URLs, headers, JSON, error bodies, timeouts and the API key.
 */
@NullMarked
package io.github.elevenspring.client;

import org.jspecify.annotations.NullMarked;
