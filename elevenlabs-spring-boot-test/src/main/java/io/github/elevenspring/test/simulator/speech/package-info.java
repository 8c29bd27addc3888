/**
 * Speech out of plain Java: text becomes samples, samples become the format that was
 * asked for, piece by piece.
 */
@NullMarked
package io.github.elevenspring.test.simulator.speech;

import org.jspecify.annotations.NullMarked;
