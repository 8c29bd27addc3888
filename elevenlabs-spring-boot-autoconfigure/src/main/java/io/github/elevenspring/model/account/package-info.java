/**
 * The user behind the API key and the subscription that pays.
 */
@NullMarked
package io.github.elevenspring.model.account;

import org.jspecify.annotations.NullMarked;
