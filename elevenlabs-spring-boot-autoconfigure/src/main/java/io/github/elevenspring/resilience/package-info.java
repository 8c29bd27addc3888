/**
 * The stages that keep calls going when ElevenLabs does not: retry, circuit breaker,
 * quota gate.
 */
@NullMarked
package io.github.elevenspring.resilience;

import org.jspecify.annotations.NullMarked;
