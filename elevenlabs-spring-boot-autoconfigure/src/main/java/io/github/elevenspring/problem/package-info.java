/**
 * Errors for people: problem details in their language, for WebFlux and for MVC.
 */
@NullMarked
package io.github.elevenspring.problem;

import org.jspecify.annotations.NullMarked;
