/**
 * The simulator as a bean of a Spring Boot application.
 */
@NullMarked
package io.github.elevenspring.test.autoconfigure;

import org.jspecify.annotations.NullMarked;
