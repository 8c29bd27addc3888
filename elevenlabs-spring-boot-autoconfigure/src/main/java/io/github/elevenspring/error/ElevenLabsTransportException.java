package io.github.elevenspring.error;

import org.jspecify.annotations.Nullable;

/**
 * ElevenLabs could not be reached, stopped answering, or the connection broke:
 * {@link ErrorKind#NETWORK} or {@link ErrorKind#TIMEOUT}.
 *
 * @since 0.1.0
 */
public final class ElevenLabsTransportException extends ElevenLabsException {

	/**
	 * Create an error.
	 * @param kind what went wrong
	 * @param message cause and remedy
	 * @param cause the error of the transport
	 * @param bytesReceived bytes of the body that had arrived
	 */
	public ElevenLabsTransportException(ErrorKind kind, String message, @Nullable Throwable cause, long bytesReceived) {
		super(kind, message, cause, bytesReceived);
	}

}
