/**
 * What the limiter costs and what it is worth, measured beside its peers. Everything here
 * goes through the public face of the limiter, as an application does.
 */
@NullMarked
package io.github.elevenspring.benchmarks;

import org.jspecify.annotations.NullMarked;
