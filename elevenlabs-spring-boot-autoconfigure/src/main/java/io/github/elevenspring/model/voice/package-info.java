/**
 * Voices, their settings and the query that lists them.
 */
@NullMarked
package io.github.elevenspring.model.voice;

import org.jspecify.annotations.NullMarked;
