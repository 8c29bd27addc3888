/**
 * The sample application: a page and a small API that speak with ElevenLabs.
 */
@NullMarked
package io.github.elevenspring.sample;

import org.jspecify.annotations.NullMarked;
