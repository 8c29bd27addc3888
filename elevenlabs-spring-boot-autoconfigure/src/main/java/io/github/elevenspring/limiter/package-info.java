/**
 * The stage that keeps calls within the plan's concurrency: a limit per group, and a fair
 * priority queue in front of each.
 */
@NullMarked
package io.github.elevenspring.limiter;

import org.jspecify.annotations.NullMarked;
