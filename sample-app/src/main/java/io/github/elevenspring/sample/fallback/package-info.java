/**
 * The voice of the application itself, for the time that ElevenLabs does not speak.
 */
@NullMarked
package io.github.elevenspring.sample.fallback;

import org.jspecify.annotations.NullMarked;
