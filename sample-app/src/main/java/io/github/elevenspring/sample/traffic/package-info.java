/**
 * Shows what is in flight and what waits, and makes a burst of calls to look at.
 */
@NullMarked
package io.github.elevenspring.sample.traffic;

import org.jspecify.annotations.NullMarked;
