/**
 * The snippets of the documentation as code that is compiled, and the tests that hold the
 * pages to it.
 */
package io.github.elevenspring.docs;
