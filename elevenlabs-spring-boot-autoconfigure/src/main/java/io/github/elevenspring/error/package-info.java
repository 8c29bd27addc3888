/**
 * The one root of all errors and the kinds that tell them apart.
 */
@NullMarked
package io.github.elevenspring.error;

import org.jspecify.annotations.NullMarked;
