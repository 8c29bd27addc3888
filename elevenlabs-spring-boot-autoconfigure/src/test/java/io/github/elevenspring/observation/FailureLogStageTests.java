package io.github.elevenspring.observation;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.client.Parts;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.ReplyMetadata;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;
import reactor.core.publisher.Flux;

import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link FailureLogStage}.
 */
class FailureLogStageTests {

	private static final Call CALL = new Call(Operation.SPEECH_STREAM,
			SpeechRequest.of("my secret").voice("v").model("eleven_v3").tenant("my tenant"));

	private final Logger logger = (Logger) LoggerFactory.getLogger(FailureLogStage.class);

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	@BeforeEach
	void listen() {
		this.lines.start();
		this.logger.setLevel(Level.DEBUG);
		this.logger.addAppender(this.lines);
	}

	@AfterEach
	void leave() {
		this.logger.setLevel(null);
		this.logger.detachAppender(this.lines);
	}

	@Test
	void tellsTheFactsOfACallThatFailed() {
		call((call) -> Flux.deferContextual((context) -> {
			CallProgress progress = CallProgress.of(context);
			progress.countAttempt();
			progress.countAttempt();
			progress.addQueueWait(Duration.ofMillis(30).toNanos());
			return Flux.error(new ElevenLabsApiException(ErrorKind.SERVER, "ElevenLabs failed.",
					new ElevenLabsApiException.Details(500, null, null, "trace-1", null, 0)));
		}));
		assertThat(this.lines.list).singleElement().satisfies((line) -> {
			assertThat(line.getLevel()).isEqualTo(Level.WARN);
			assertThat(line.getFormattedMessage())
				.matches("speech.stream failed with SERVER after 2 attempts and \\d+ ms: ElevenLabs failed\\.");
			Map<String, Object> facts = facts(line);
			assertThat((Long) facts.remove("elevenlabs.duration_ms")).isNotNegative();
			assertThat(facts).isEqualTo(Map.of("elevenlabs.operation", "speech.stream", "elevenlabs.model", "eleven_v3",
					"elevenlabs.error_kind", "SERVER", "elevenlabs.trace_id", "trace-1", "elevenlabs.attempts", 2,
					"elevenlabs.queue_wait_ms", 30L, "elevenlabs.bytes_received", 0L));
			assertThat(facts.toString()).doesNotContain("my secret", "my tenant");
		});
	}

	@Test
	void tellsWhatHadBegunAndHow() {
		ReplyMetadata metadata = new ReplyMetadata("request-1", "trace-1", null, null, null, null, null, null);
		call((call) -> Flux.deferContextual((context) -> {
			CallProgress.of(context).degraded(new Degradation(Degradation.Kind.VOICE, ErrorKind.SERVER, "other", null));
			return Flux.concat(Flux.just(new ReplyPart.Head(200, HttpHeaders.EMPTY, metadata), Parts.chunk("1234")),
					Flux.error(new ElevenLabsTransportException(ErrorKind.NETWORK, "Broken off.", null, 4)));
		}));
		assertThat(facts(this.lines.list.get(0))).containsEntry("elevenlabs.request_id", "request-1")
			.containsEntry("elevenlabs.trace_id", "trace-1")
			.containsEntry("elevenlabs.bytes_received", 4L)
			.containsEntry("elevenlabs.degraded", "voice");
	}

	@ParameterizedTest
	@EnumSource(ErrorKind.class)
	void whatTheServiceRefusesIsAWarningUnlessTheCallerIsWrong(ErrorKind kind) {
		call((call) -> Flux.error(new ElevenLabsApiException(kind, "Reason.",
				new ElevenLabsApiException.Details(500, null, null, null, null, 0))));
		assertThat(this.lines.list).singleElement().extracting(ILoggingEvent::getLevel).isEqualTo(switch (kind) {
			case INVALID, NOT_FOUND, CONFLICT -> Level.DEBUG;
			default -> Level.WARN;
		});
	}

	@ParameterizedTest
	@EnumSource(ErrorKind.class)
	void whatIsRefusedHereIsInformationUnlessThereIsNoKey(ErrorKind kind) {
		call((call) -> Flux.error(new ElevenLabsRejectedException(kind, "Reason.")));
		assertThat(this.lines.list).singleElement().extracting(ILoggingEvent::getLevel).isEqualTo(switch (kind) {
			case INVALID, NOT_FOUND, CONFLICT -> Level.DEBUG;
			case AUTH -> Level.WARN;
			default -> Level.INFO;
		});
	}

	@Test
	void doesNotRepeatMessagesOfOthers() {
		call((call) -> Flux.error(new IllegalStateException("my secret")));
		assertThat(this.lines.list).singleElement().satisfies((line) -> {
			assertThat(line.getLevel()).isEqualTo(Level.ERROR);
			assertThat(line.getFormattedMessage()).contains("IllegalStateException").doesNotContain("my secret");
			assertThat(line.getThrowableProxy()).isNull();
		});
	}

	@Test
	void hasNothingToSayOfSuccessAndOfCancellation() {
		call((call) -> Flux.just(Parts.head(), Parts.chunk("a")));
		pipeline((call) -> Flux.never()).execute(CALL).subscribe().dispose();
		assertThat(this.lines.list).isEmpty();
	}

	private static void call(CallChain client) {
		pipeline(client).execute(CALL).onErrorComplete().blockLast(Duration.ofSeconds(10));
	}

	private static CallPipeline pipeline(CallChain client) {
		return new CallPipeline(List.of(new FailureLogStage()), client);
	}

	private static Map<String, Object> facts(ILoggingEvent line) {
		Map<String, Object> facts = new HashMap<>();
		for (KeyValuePair pair : line.getKeyValuePairs()) {
			facts.put(pair.key, pair.value);
		}
		return facts;
	}

}
