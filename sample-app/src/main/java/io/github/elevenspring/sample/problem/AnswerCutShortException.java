package io.github.elevenspring.sample.problem;

import io.github.elevenspring.error.ElevenLabsException;

/**
 * Makes the server break a connection on which audio is already on its way. It has no
 * cause on purpose: a cause such as "connection reset" would be taken for a client that
 * hung up, and the answer would end as if it were whole.
 */
class AnswerCutShortException extends RuntimeException {

	AnswerCutShortException(ElevenLabsException ex) {
		super("The answer ends early (" + ex.getKind() + "), so its connection is closed", null, false, false);
	}

}
