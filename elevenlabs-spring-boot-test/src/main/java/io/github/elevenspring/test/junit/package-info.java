/**
 * The simulator in JUnit Jupiter tests, with and without Spring.
 */
@NullMarked
package io.github.elevenspring.test.junit;

import org.jspecify.annotations.NullMarked;
