package io.github.elevenspring.resilience;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * What is left of the credits of the account.
 *
 * @param remaining credits left
 * @param reset when the count starts again, or {@code null} if that is not known
 * @since 0.1.0
 */
public record Quota(long remaining, @Nullable Instant reset) {

}
