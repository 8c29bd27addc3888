/**
 * Response headers that keep browsers from doing what the page never asks for.
 */
@NullMarked
package io.github.elevenspring.sample.security;

import org.jspecify.annotations.NullMarked;
