package io.github.elevenspring.client;

import io.netty.handler.logging.ByteBufFormat;
import io.netty.handler.logging.LogLevel;
import io.netty.handler.logging.LoggingHandler;
import reactor.netty.http.client.HttpClient;

/**
 * Takes the contents out of Reactor Netty's wire log. Whoever switches wiretap on still
 * sees each read and write with its size, but neither the key nor the text.
 *
 * @since 0.1.0
 */
public final class WireLogging {

	private WireLogging() {
	}

	/**
	 * Return a client whose wire log, if it has one, holds no contents.
	 * @param client the client
	 * @return the client with that change
	 */
	public static HttpClient withoutContents(HttpClient client) {
		if (client.configuration().loggingHandler() == null) {
			return client;
		}
		// Off, since HTTP/2 would log its frames apart from the handler that is replaced
		return client.wiretap(false)
			.doOnChannelInit((observer, channel, address) -> channel.pipeline()
				.addFirst(new LoggingHandler(HttpClient.class, LogLevel.DEBUG, ByteBufFormat.SIMPLE)));
	}

}
