/**
 * Checks at start that there is an ElevenLabs, real or simulated, to speak to.
 */
@NullMarked
package io.github.elevenspring.sample.startup;

import org.jspecify.annotations.NullMarked;
