package io.github.elevenspring.fallback;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.Degradation;
import reactor.core.publisher.Flux;

/**
 * An answer that is not what was asked for.
 *
 * @param degradation how it differs
 * @param reply the answer; nothing at all if there is none
 */
record Substitute(Degradation degradation, Flux<ReplyPart> reply) {

}
