package io.github.elevenspring.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.stream.Stream;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

import io.github.elevenspring.error.ElevenLabsException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.timeout.ReadTimeoutException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.HttpMethod;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Only where there was no connection is it certain that nothing was sent.
 */
class TransportErrorsTests {

	static Stream<Throwable> withoutAConnection() {
		return Stream.of(new UnknownHostException("nowhere"), new ConnectException("refused"),
				new ConnectTimeoutException("slow"), new SSLHandshakeException("not trusted"),
				new IOException(new ConnectException("refused")));
	}

	@ParameterizedTest
	@MethodSource("withoutAConnection")
	void nothingWasBilledWithoutAConnection(Throwable error) {
		assertThat(map(error).mayHaveBeenBilled()).isFalse();
	}

	static Stream<Throwable> overAConnection() {
		return Stream.of(new IOException("Connection reset by peer"), new SSLException("broken record"),
				ReadTimeoutException.INSTANCE, new IllegalStateException("who knows"));
	}

	@ParameterizedTest
	@MethodSource("overAConnection")
	void aRequestThatWasOnItsWayMayHaveBeenBilled(Throwable error) {
		assertThat(map(error).mayHaveBeenBilled()).isTrue();
	}

	private static ElevenLabsException map(Throwable error) {
		return TransportErrors.map(error, HttpMethod.POST, URI.create("http://host"), 0);
	}

}
