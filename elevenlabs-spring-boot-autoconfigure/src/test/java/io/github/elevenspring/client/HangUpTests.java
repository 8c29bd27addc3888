package io.github.elevenspring.client;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.github.elevenspring.LoopbackServer;
import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.ApiReply;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.test.StepVerifier;

import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A reply nobody reads on ends, at whatever moment its reader leaves; a reply that breaks
 * before it begins has no head; and no protocol writes contents into the wire log.
 */
class HangUpTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nTransfer-Encoding: chunked\r\n\r\n";

	@ParameterizedTest
	@MethodSource("leavings")
	void hangsUpWhenTheFunctionEndsWithoutReading(Function<ApiReply, Publisher<Integer>> leaving) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> peer.send(HEAD).sendChunk("ID3abc").stall())) {
			Wire.to(server.uri())
				.template()
				.exchange(ApiRequest.get("/v1/x"), leaving)
				.onErrorComplete(IllegalStateException.class)
				.blockLast(LONG_ENOUGH);
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	static Stream<Function<ApiReply, Publisher<Integer>>> leavings() {
		return Stream.of((reply) -> Mono.just(reply.status()), (reply) -> Mono.empty(),
				(reply) -> Mono.error(new IllegalStateException("mine")),
				(reply) -> Mono.delay(Duration.ofMillis(200)).thenReturn(reply.status()),
				(reply) -> reply.body().take(1).map((bytes) -> bytes.length));
	}

	@ParameterizedTest
	@ValueSource(strings = { "EXCHANGE", "SPEECH_STREAM" })
	void hangsUpWhenOnlyTheHeadIsTaken(Operation operation) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> peer.send(HEAD).sendChunk("ID3abc").stall())) {
			List<ReplyPart> parts = Wire.to(server.uri())
				.client()
				.proceed(call(operation))
				.take(1)
				.collectList()
				.block(LONG_ENOUGH);
			assertThat(parts).hasSize(1).first().isInstanceOf(ReplyPart.Head.class);
			assertThat(server.isLeftAlone()).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "EXCHANGE", "SPEECH_STREAM" })
	void givesNoHeadWhenTheReplyBreaksBeforeItsFirstByte(Operation operation) throws Exception {
		try (ScriptedServer server = ScriptedServer.follow((peer) -> {
			peer.send(HEAD).pause(Duration.ofMillis(100));
			peer.reset();
		})) {
			StepVerifier.create(Wire.to(server.uri()).client().proceed(call(operation)))
				.expectError()
				.verify(LONG_ENOUGH);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "HTTP11", "H2C" })
	void writesNoContentsIntoTheWireLog(HttpProtocol protocol) {
		String key = "sk_canary_key_123";
		Log log = new Log();
		try (LoopbackServer server = LoopbackServer.start((http) -> http.protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
			.handle((request, response) -> request.receive()
				.aggregate()
				.then()
				.thenMany(response.header("Content-Type", "audio/mpeg").sendString(Mono.just("ID3abc")))))) {
			HttpClient http = WireLogging.withoutContents(HttpClient.create().protocol(protocol).wiretap(true));
			WebClient web = WebClient.builder()
				.clientConnector(
						new ApiKeyConnector(new EventLoopConnector(new ReactorClientHttpConnector(http)), () -> key))
				.build();
			ElevenLabsClient client = new ElevenLabsClient(web, server::uri, () -> key,
					new Timeouts(LONG_ENOUGH, LONG_ENOUGH), Schedulers.parallel());
			assertThat(client.proceed(call(Operation.SPEECH_STREAM)).count().block(LONG_ENOUGH)).isEqualTo(2);
		}
		finally {
			log.detach();
		}
		assertThat(log.lines).anyMatch((line) -> line.startsWith("reactor.netty") && line.contains("WRITE: "))
			.noneMatch((line) -> line.contains(key) || line.contains("umbrellas")
					|| line.replaceAll("[^0-9a-f]", "").contains("756d6272656c6c6173"));
	}

	private static Call call(Operation operation) {
		return new Call(operation, (operation == Operation.EXCHANGE) ? ApiRequest.get("/v1/x")
				: SpeechRequest.of("umbrellas").voice("v").format(OutputFormat.MP3_44100_128));
	}

	@Test
	void keepsTheUsersWordsOutInAnyDisguise() {
		Redaction redaction = new Redaction("key", () -> List.of("my passphrase is Winston now"));
		assertThat(redaction.clean("The word 'Winston' is not allowed; MY PASSPHRASE IS WINSTON;"
				+ " my%20passphrase%20is%20Winston; \"winston\""))
			.doesNotContainIgnoringCase("winston")
			.doesNotContainIgnoringCase("passphrase")
			.startsWith("The word");
	}

	/**
	 * Keeps what all loggers say at TRACE.
	 */
	private static final class Log extends AppenderBase<ILoggingEvent> {

		private final Queue<String> lines = new ConcurrentLinkedQueue<>();

		private final Logger root = ((LoggerContext) LoggerFactory.getILoggerFactory())
			.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

		private final Level level = this.root.getLevel();

		Log() {
			setContext(this.root.getLoggerContext());
			start();
			this.root.addAppender(this);
			this.root.setLevel(Level.TRACE);
		}

		void detach() {
			this.root.setLevel(this.level);
			this.root.detachAppender(this);
		}

		@Override
		protected void append(ILoggingEvent event) {
			this.lines.add(event.getLoggerName() + " " + event.getFormattedMessage());
		}

	}

}
