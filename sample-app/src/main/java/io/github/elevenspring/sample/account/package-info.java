/**
 * What the account offers: voices, models and the plan that pays.
 */
@NullMarked
package io.github.elevenspring.sample.account;

import org.jspecify.annotations.NullMarked;
