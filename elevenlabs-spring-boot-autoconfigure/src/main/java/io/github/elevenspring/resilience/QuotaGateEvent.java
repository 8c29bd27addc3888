package io.github.elevenspring.resilience;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * The quota gate has opened, because a text was refused for lack of credits or by hand,
 * or has closed again. Published as an application event, once for each change.
 *
 * @param open whether it is open now
 * @param reset when the count of credits starts again, or {@code null} if that is not
 * known
 * @since 0.1.0
 */
public record QuotaGateEvent(boolean open, @Nullable Instant reset) {

}
