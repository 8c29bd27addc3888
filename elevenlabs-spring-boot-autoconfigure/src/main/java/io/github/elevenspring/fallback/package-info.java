/**
 * Other ways to speak when ElevenLabs fails, in an order, and never without a trace.
 */
@NullMarked
package io.github.elevenspring.fallback;

import org.jspecify.annotations.NullMarked;
