/**
 * The stage that refuses what ElevenLabs would refuse, before anything is sent.
 */
@NullMarked
package io.github.elevenspring.validation;

import org.jspecify.annotations.NullMarked;
