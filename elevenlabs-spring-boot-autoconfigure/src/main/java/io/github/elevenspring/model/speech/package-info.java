/**
 * Requests and results of text to speech.
 */
@NullMarked
package io.github.elevenspring.model.speech;

import org.jspecify.annotations.NullMarked;
