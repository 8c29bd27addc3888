/**
 * Keeps spoken answers, and lets equal calls in flight share one.
 */
@NullMarked
package io.github.elevenspring.cache;

import org.jspecify.annotations.NullMarked;
