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

	private final boolean deadlineTooShort;

	/**
	 * Create an error of a request that may have reached the service.
	 * @param kind what went wrong
	 * @param message cause and remedy
	 * @param cause the error of the transport
	 * @param bytesReceived bytes of the body that had arrived
	 */
	public ElevenLabsTransportException(ErrorKind kind, String message, @Nullable Throwable cause, long bytesReceived) {
		this(kind, message, cause, bytesReceived, false, false);
	}

	private ElevenLabsTransportException(ErrorKind kind, String message, @Nullable Throwable cause, long bytesReceived,
			boolean unsent, boolean deadlineTooShort) {
		super(kind, message, cause, bytesReceived);
		this.unsent = unsent;
		this.deadlineTooShort = deadlineTooShort;
	}

	/**
	 * Return an error of a request that certainly never reached the service.
	 * @param kind what went wrong
	 * @param message cause and remedy
	 * @param cause the error of the transport
	 * @return the error
	 */
	public static ElevenLabsTransportException unsent(ErrorKind kind, String message, @Nullable Throwable cause) {
		return new ElevenLabsTransportException(kind, message, cause, 0, true, false);
	}

	/**
	 * Return an error of a request whose deadline left the service less time for its
	 * first byte than it may need.
	 * @param message cause and remedy
	 * @return the error
	 */
	public static ElevenLabsTransportException deadlineTooShort(String message) {
		return new ElevenLabsTransportException(ErrorKind.TIMEOUT, message, null, 0, false, true);
	}

	/**
	 * Return whether the deadline of the call left the service too little time for its
	 * silence to tell anything of the service.
	 * @return whether the caller, and not the service, ended the wait
	 */
	public boolean isDeadlineTooShort() {
		return this.deadlineTooShort;
	}

	@Override
	boolean isAttemptBillable() {
		return !this.unsent;
	}

}
