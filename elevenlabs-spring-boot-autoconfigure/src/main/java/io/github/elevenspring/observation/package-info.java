/**
 * Observations of calls: their names, their keys and the stage that makes them.
 */
@NullMarked
package io.github.elevenspring.observation;

import org.jspecify.annotations.NullMarked;
