/**
 * What the library costs and what it is worth, measured beside its peers. Everything here
 * goes through its public face, as an application does.
 */
@NullMarked
package io.github.elevenspring.benchmarks;

import org.jspecify.annotations.NullMarked;
