/**
 * Speech over HTTP: text comes in, audio goes out while it is being made.
 */
@NullMarked
package io.github.elevenspring.sample.speech;

import org.jspecify.annotations.NullMarked;
