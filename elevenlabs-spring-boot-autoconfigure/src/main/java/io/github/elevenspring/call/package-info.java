/**
 * A logical call and the chain of stages it passes on its way to ElevenLabs.
 */
@NullMarked
package io.github.elevenspring.call;

import org.jspecify.annotations.NullMarked;
