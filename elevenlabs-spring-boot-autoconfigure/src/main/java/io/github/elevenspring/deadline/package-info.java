/**
 * The stage that bounds the time of a call.
 */
@NullMarked
package io.github.elevenspring.deadline;

import org.jspecify.annotations.NullMarked;
