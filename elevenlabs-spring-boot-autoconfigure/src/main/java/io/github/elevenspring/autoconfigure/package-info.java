/**
 * Auto-configuration: the only package that sees all others and imports Spring Boot.
 */
@NullMarked
package io.github.elevenspring.autoconfigure;

import org.jspecify.annotations.NullMarked;
