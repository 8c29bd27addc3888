package io.github.elevenspring.client;

import io.netty.channel.Channel;
import io.netty.handler.logging.ByteBufFormat;
import io.netty.handler.logging.LogLevel;
import io.netty.handler.logging.LoggingHandler;
import reactor.netty.NettyPipeline;
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
	 * Return a client whose wire log holds no contents, now and when it is switched on
	 * later.
	 * @param client the client
	 * @return the client with that change
	 */
	public static HttpClient withoutContents(HttpClient client) {
		return client.doOnChannelInit((observer, channel, address) -> replaceHandler(channel));
	}

	private static void replaceHandler(Channel channel) {
		if (channel.pipeline().get(NettyPipeline.LoggingHandler) != null) {
			channel.pipeline()
				.replace(NettyPipeline.LoggingHandler, NettyPipeline.LoggingHandler,
						new LoggingHandler(HttpClient.class, LogLevel.DEBUG, ByteBufFormat.SIMPLE));
		}
	}

}
