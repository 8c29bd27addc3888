/**
 * What users hold in their hands: the operations and the template behind them.
 */
@NullMarked
package io.github.elevenspring.template;

import org.jspecify.annotations.NullMarked;
