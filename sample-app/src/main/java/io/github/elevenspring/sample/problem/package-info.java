/**
 * Errors as problem details (RFC 9457) in words a person understands.
 */
@NullMarked
package io.github.elevenspring.sample.problem;

import org.jspecify.annotations.NullMarked;
