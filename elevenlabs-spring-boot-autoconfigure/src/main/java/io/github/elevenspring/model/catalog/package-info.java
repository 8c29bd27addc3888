/**
 * The models ElevenLabs offers and what each can do.
 */
@NullMarked
package io.github.elevenspring.model.catalog;

import org.jspecify.annotations.NullMarked;
