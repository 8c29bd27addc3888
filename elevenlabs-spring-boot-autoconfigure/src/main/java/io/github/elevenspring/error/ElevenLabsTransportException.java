package io.github.elevenspring.error;

import org.jspecify.annotations.Nullable;

/**
 * ElevenLabs could not be reached, stopped answering, or the connection broke:
 * {@link ErrorKind#NETWORK} or {@link ErrorKind#TIMEOUT}.
 *
 * @since 0.1.0
 */
public final class ElevenLabsTransportException extends ElevenLabsException {

	private final boolean unsent;

	/**
	 * Create an error of a request that may have reached the service.
	 * @param kind what went wrong
	 * @param message cause and remedy
	 * @param cause the error of the transport
	 * @param bytesReceived bytes of the body that had arrived
	 */
	public ElevenLabsTransportException(ErrorKind kind, String message, @Nullable Throwable cause, long bytesReceived) {
		super(kind, message, cause, bytesReceived);
		this.unsent = false;
	}

	private ElevenLabsTransportException(ErrorKind kind, String message, @Nullable Throwable cause) {
		super(kind, message, cause, 0);
		this.unsent = true;
	}

	/**
	 * Return an error of a request that certainly never reached the service.
	 * @param kind what went wrong
	 * @param message cause and remedy
	 * @param cause the error of the transport
	 * @return the error
	 */
	public static ElevenLabsTransportException unsent(ErrorKind kind, String message, @Nullable Throwable cause) {
		return new ElevenLabsTransportException(kind, message, cause);
	}

	@Override
	public boolean mayHaveBeenBilled() {
		return !this.unsent;
	}

}
