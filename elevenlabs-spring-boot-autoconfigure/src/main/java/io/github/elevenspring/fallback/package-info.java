/**
 * What speaks when ElevenLabs fails: the steps of a chain, none without a trace.
 */
@NullMarked
package io.github.elevenspring.fallback;

import org.jspecify.annotations.NullMarked;
