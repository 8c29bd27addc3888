package io.github.elevenspring.client;

import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.netty.channel.ConnectTimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.PrematureCloseException;

import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.client.WebClientException;
import org.springframework.web.reactive.function.client.WebClientRequestException;

/**
 * Says what it means when the transport fails. Exceptions of the transport never reach
 * the caller but as a cause.
 */
final class TransportErrors {

	private TransportErrors() {
	}

	/**
	 * Say what an error of a request means.
	 * @param error the error
	 * @param method method of the request
	 * @param uri what was requested
	 * @param bytesReceived how much of the answer had come
	 */
	static ElevenLabsException map(Throwable error, HttpMethod method, URI uri, long bytesReceived) {
		if (error instanceof ElevenLabsException known) {
			return known;
		}
		String message = describe(error, uri.getAuthority(), bytesReceived);
		Throwable cause = ofTheService(error, method, uri);
		return isUnsent(error) ? ElevenLabsTransportException.unsent(ErrorKind.NETWORK, message, cause)
				: new ElevenLabsTransportException(isTimeout(error) ? ErrorKind.TIMEOUT : ErrorKind.NETWORK, message,
						cause, bytesReceived);
	}

	/**
	 * Mark an error as one between here and the service. Without that mark, WebFlux takes
	 * a connection that the service reset for a browser that went away, and ends the
	 * answer to the browser as if it were whole.
	 */
	private static Throwable ofTheService(Throwable error, HttpMethod method, URI uri) {
		return (error instanceof WebClientException) ? error
				: new WebClientRequestException(error, method, uri, HttpHeaders.EMPTY);
	}

	/**
	 * Tell whether there was no connection that a request could have gone over. Whatever
	 * else happens to one, the request may have been on its way.
	 */
	private static boolean isUnsent(Throwable error) {
		return find(error, UnknownHostException.class) != null || find(error, ConnectException.class) != null
				|| find(error, ConnectTimeoutException.class) != null
				|| find(error, SSLHandshakeException.class) != null || isPoolExhausted(error);
	}

	private static String describe(Throwable error, String host, long bytesReceived) {
		if (find(error, UnknownHostException.class) != null) {
			return "The host " + host + " is not known: check elevenlabs.region, elevenlabs.base-url and DNS";
		}
		if (isPoolExhausted(error)) {
			return "All connections to " + host + " are busy, so nothing was sent: allow more in the connection pool";
		}
		if (find(error, ConnectTimeoutException.class) != null) {
			return "No connection to " + host + " within elevenlabs.timeout.connect: check the network and the proxy";
		}
		if (find(error, ConnectException.class) != null) {
			return "No connection to " + host + ": check that it is the right address and that a firewall lets it pass";
		}
		if (find(error, SSLException.class) != null) {
			return "No trusted connection to " + host + ": check its certificate and elevenlabs.ssl.bundle";
		}
		if (isTimeout(error)) {
			return "No answer from " + host + " in time after " + bytesReceived
					+ " bytes: raise the read timeout, or try again later";
		}
		if (bytesReceived > 0) {
			return "The connection to " + host + " broke after " + bytesReceived
					+ " bytes of the answer: what arrived is not the whole, and may have been billed";
		}
		if (find(error, PrematureCloseException.class) != null) {
			return host + " closed the connection before it answered: try again later";
		}
		return "The connection to " + host + " failed before an answer arrived: try again later";
	}

	private static boolean isTimeout(Throwable error) {
		return find(error, ConnectTimeoutException.class) == null && !isPoolExhausted(error)
				&& (find(error, io.netty.handler.timeout.TimeoutException.class) != null
						|| find(error, TimeoutException.class) != null);
	}

	/**
	 * Tell by the name: the types are internal to Reactor Netty.
	 */
	private static boolean isPoolExhausted(Throwable error) {
		Throwable cause = NestedExceptionUtils.getMostSpecificCause(error);
		return cause.getClass().getSimpleName().startsWith("PoolAcquire");
	}

	private static <T extends Throwable> @Nullable T find(Throwable error, Class<T> type) {
		Throwable candidate = error;
		for (int depth = 0; candidate != null && depth < 16; depth++) {
			if (type.isInstance(candidate)) {
				return type.cast(candidate);
			}
			candidate = candidate.getCause();
		}
		return null;
	}

}
