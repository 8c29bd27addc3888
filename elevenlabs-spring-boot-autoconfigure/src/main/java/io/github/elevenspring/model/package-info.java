/**
 * What requests of all capabilities share: options of a call, output formats, facts of a
 * reply.
 */
@NullMarked
package io.github.elevenspring.model;

import org.jspecify.annotations.NullMarked;
