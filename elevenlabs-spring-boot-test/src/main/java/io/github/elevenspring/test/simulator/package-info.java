/**
 * An honest double of ElevenLabs over real HTTP: what the vendor's API does, it does,
 * with real speech, real limits and faults on demand.
 */
@NullMarked
package io.github.elevenspring.test.simulator;

import org.jspecify.annotations.NullMarked;
