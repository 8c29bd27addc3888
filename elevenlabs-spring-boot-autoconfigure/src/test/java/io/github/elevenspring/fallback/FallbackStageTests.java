package io.github.elevenspring.fallback;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.deadline.DeadlineStage;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CacheUse;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.Degradation.Kind;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests of {@link FallbackStage}.
 */
@ExtendWith(OutputCaptureExtension.class)
class FallbackStageTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final FallbackSettings ALL = settings(Kind.STALE_CACHE, Kind.MODEL, Kind.VOICE, Kind.ENGINE);

	@Test
	void aCallThatSucceedsIsLeftAlone() {
		Line line = new Line(ALL, Line.engine("x")).answers(Line.audio("a", "b"));
		assertThat(speech(line.speak())).isEqualTo("ab");
		assertThat(line.asked()).containsExactly(Line.REQUEST);
		assertThat(line.events()).isEmpty();
	}

	@Test
	void theWaysAreTriedInTheirOrderUntilOneSpeaks() {
		Line line = new Line(ALL, Line.engine("x")).fails(ErrorKind.SERVER, ErrorKind.NOT_FOUND, ErrorKind.SERVER)
			.answers(Line.audio("other voice"));
		assertThat(speech(line.speak())).isEqualTo("other voice");
		CallOptions stale = CallOptions.defaults().withCacheUse(CacheUse.STALE);
		assertThat(line.asked()).containsExactly(Line.REQUEST, Line.REQUEST.mutate().options(stale).build(),
				Line.REQUEST.model("eleven_flash_v2_5"), Line.REQUEST.voice("other-voice"));
	}

	@Test
	void whatSpeaksIsInTheReplyAndInTheEvent() {
		Line line = new Line(ALL, Line.engine("x")).fails(ErrorKind.BUSY, ErrorKind.NOT_FOUND)
			.answers(Line.audio("a", "b"));
		Degradation expected = new Degradation(Kind.MODEL, ErrorKind.BUSY, "eleven_flash_v2_5", null);
		StepVerifier.create(line.speak())
			.assertNext((part) -> assertThat(((ReplyPart.Head) part).delivery().degradation()).isEqualTo(expected))
			.expectNextCount(2)
			.expectComplete()
			.verify(PATIENCE);
		assertThat(line.events()).singleElement().satisfies((event) -> {
			assertThat(event.degradation()).isEqualTo(expected);
			assertThat(event.operation()).isEqualTo(Operation.SPEECH_STREAM);
			assertThat(event.modelId()).isEqualTo("eleven_multilingual_v2");
			assertThat(event.voiceId()).isEqualTo("asked-voice");
			assertThat(event.error().getKind()).isEqualTo(ErrorKind.BUSY);
		});
	}

	@Test
	void anEngineSaysItsNameAndItsFormat() {
		Line line = new Line(settings(Kind.ENGINE), Line.engine("a", "", "b")).fails(ErrorKind.NETWORK);
		StepVerifier.create(line.speak()).assertNext((part) -> {
			ReplyPart.Head head = (ReplyPart.Head) part;
			assertThat(head.delivery().degradation())
				.isEqualTo(new Degradation(Kind.ENGINE, ErrorKind.NETWORK, "local", OutputFormat.WAV_24000));
			assertThat(head.headers().getFirst("Content-Type")).isEqualTo("audio/wav");
			assertThat(head.status()).isEqualTo(200);
		}).expectNextCount(2).expectComplete().verify(PATIENCE);
	}

	@Test
	void anEngineThatKeepsTheFormatSaysNothingOfIt() {
		Line line = new Line(settings(Kind.ENGINE),
				(request, error) -> Mono
					.just(new FallbackSpeech("local", OutputFormat.PCM_24000, Flux.just(new byte[] { 1 }))))
			.fails(ErrorKind.NETWORK);
		speech(line.speak());
		assertThat(line.events().get(0).degradation().format()).isNull();
	}

	@Test
	void anEngineMaySayTheSameToAllWhateverTheyMakeOfIt() {
		byte[] sorry = "sorry".getBytes();
		SpeechFallback engine = (request, error) -> Mono
			.just(new FallbackSpeech("x", OutputFormat.MP3_44100_128, Flux.just(sorry)));
		for (int i = 0; i < 2; i++) {
			Line line = new Line(settings(Kind.ENGINE), engine).fails(ErrorKind.SERVER);
			byte[] own = line.speak().ofType(ReplyPart.Chunk.class).map(ReplyPart.Chunk::ownBytes).blockLast(PATIENCE);
			assertThat(own).asString().isEqualTo("sorry");
			Arrays.fill(own, (byte) 0);
		}
	}

	@Test
	void enginesAreAskedInTheirOrderAndMayDecline() {
		AtomicInteger asked = new AtomicInteger();
		Line line = new Line(settings(Kind.ENGINE), (request, error) -> {
			asked.incrementAndGet();
			return Mono.empty();
		}, Line.engine(""), (request, error) -> {
			throw new IllegalStateException("broken engine");
		}, Line.engine("spoken")).fails(ErrorKind.NETWORK);
		assertThat(speech(line.speak())).isEqualTo("spoken");
		assertThat(asked).hasValue(1);
		assertThat(line.asked()).hasSize(1);
		assertThat(line.events()).hasSize(1);
	}

	@Test
	void ifAllFailTheCallerGetsTheFirstErrorWithTheOthers() {
		Line line = new Line(ALL, (request, error) -> Mono.error(new IllegalStateException("broken engine")))
			.fails(ErrorKind.SERVER, ErrorKind.NOT_FOUND, ErrorKind.BUSY, ErrorKind.RATE);
		StepVerifier.create(line.speak()).expectErrorSatisfies((error) -> {
			assertThat(error).hasMessage("SERVER");
			assertThat(error.getSuppressed()).extracting(Throwable::getMessage)
				.containsExactly("NOT_FOUND", "BUSY", "RATE", "broken engine");
		}).verify(PATIENCE);
		assertThat(line.events()).isEmpty();
	}

	@Test
	void theSameErrorTwiceIsNotItsOwnCompanion() {
		ElevenLabsException error = Line.error(ErrorKind.BREAKER_OPEN);
		Line line = new Line(settings(Kind.STALE_CACHE, Kind.MODEL)).answers(Flux.error(error))
			.answers(Flux.error(error))
			.answers(Flux.error(error));
		StepVerifier.create(line.speak()).expectErrorSatisfies((seen) -> {
			assertThat(seen).isSameAs(error);
			assertThat(seen.getSuppressed()).isEmpty();
		}).verify(PATIENCE);
		assertThat(line.asked()).hasSize(3);
	}

	@Test
	void anErrorThatManyShareDoesNotGrow() {
		ElevenLabsException shared = Line.error(ErrorKind.NETWORK);
		Line line = new Line(settings(Kind.ENGINE),
				(request, error) -> Mono.error(new IllegalStateException("broken engine")));
		for (int call = 0; call < 1000; call++) {
			line.answers(Flux.error(shared));
			assertThat(kindOf(line.speak())).isEqualTo(ErrorKind.NETWORK);
		}
		assertThat(shared.getSuppressed()).hasSizeBetween(1, 32);
	}

	@ParameterizedTest
	@EnumSource(ErrorKind.class)
	void eachWayIsForTheErrorsItCanDoSomethingAbout(ErrorKind kind) {
		Set<ErrorKind> outage = EnumSet.of(ErrorKind.SERVER, ErrorKind.NETWORK, ErrorKind.TIMEOUT, ErrorKind.BUSY,
				ErrorKind.RATE, ErrorKind.CONCURRENCY, ErrorKind.QUOTA, ErrorKind.QUEUE_FULL, ErrorKind.QUEUE_TIMEOUT,
				ErrorKind.BREAKER_OPEN);
		assertThat(isTaken(Kind.ENGINE, kind)).isEqualTo(outage.contains(kind));
		assertThat(isTaken(Kind.STALE_CACHE, kind)).isEqualTo(outage.contains(kind));
		assertThat(isTaken(Kind.MODEL, kind))
			.isEqualTo(outage.contains(kind) && kind != ErrorKind.NETWORK && kind != ErrorKind.TIMEOUT);
		assertThat(isTaken(Kind.VOICE, kind)).isEqualTo(kind == ErrorKind.SERVER);
	}

	@Test
	void anotherVoiceSpeaksForOneThatIsGoneButNotForAnotherThing() {
		for (String code : List.of("voice_not_found", "voice_does_not_exist", "model_not_found")) {
			Line line = new Line(settings(Kind.VOICE)).answers(Flux.error(notFound(code))).answers(Line.audio("a"));
			if (code.startsWith("voice")) {
				assertThat(speech(line.speak())).isEqualTo("a");
			}
			else {
				assertThat(kindOf(line.speak())).isEqualTo(ErrorKind.NOT_FOUND);
			}
		}
	}

	@Test
	void theErrorsOfAWayCanBeChosen() {
		FallbackSettings settings = new FallbackSettings(List.of(Kind.MODEL), "eleven_flash_v2_5", Map.of(), null,
				Map.of(Kind.MODEL, Set.of(ErrorKind.TIMEOUT)));
		assertThat(speech(new Line(settings).fails(ErrorKind.TIMEOUT).answers(Line.audio("a")).speak())).isEqualTo("a");
		Line other = new Line(settings).fails(ErrorKind.SERVER);
		assertThat(kindOf(other.speak())).isEqualTo(ErrorKind.SERVER);
		assertThat(other.asked()).hasSize(1);
	}

	@Test
	void nothingIsPaidForTwiceWithoutBeingAskedTo() {
		Line timedOut = new Line(ALL, Line.engine("engine")).fails(ErrorKind.SERVER, ErrorKind.NOT_FOUND,
				ErrorKind.TIMEOUT);
		assertThat(speech(timedOut.speak())).isEqualTo("engine");
		assertThat(timedOut.asked()).extracting(SpeechRequest::voiceId).containsOnly("asked-voice");

		Line notAudio = new Line(settings(Kind.MODEL)).answers(Flux.error(new ElevenLabsApiException(ErrorKind.SERVER,
				"not audio", new ElevenLabsApiException.Details(200, null, null, null, null, 0))));
		assertThat(kindOf(notAudio.speak())).isEqualTo(ErrorKind.SERVER);
		assertThat(notAudio.asked()).hasSize(1);

		Line begun = new Line(settings(Kind.VOICE)).answers(Flux.error(new ElevenLabsApiException(ErrorKind.SERVER,
				"begun", new ElevenLabsApiException.Details(500, null, null, null, null, 7))));
		assertThat(kindOf(begun.speak())).isEqualTo(ErrorKind.SERVER);
		assertThat(begun.asked()).hasSize(1);
	}

	@ParameterizedTest
	@MethodSource("errorsOfUnknownOutcome")
	void aWayThatCostsIsNotTakenWhileTheOutcomeIsUnknown(ElevenLabsException error) {
		FallbackSettings network = new FallbackSettings(List.of(Kind.MODEL, Kind.VOICE), "eleven_flash_v2_5", Map.of(),
				"other-voice", Map.of(Kind.MODEL, EnumSet.of(ErrorKind.SERVER, ErrorKind.NETWORK), Kind.VOICE,
						EnumSet.of(ErrorKind.SERVER, ErrorKind.NETWORK)));
		Line first = new Line(network).answers(Flux.error(error));
		assertThat(kindOf(first.speak())).isEqualTo(error.getKind());
		assertThat(first.asked()).hasSize(1);

		Line second = new Line(network).fails(ErrorKind.SERVER).answers(Flux.error(error));
		assertThat(kindOf(second.speak())).isEqualTo(ErrorKind.SERVER);
		assertThat(second.asked()).hasSize(2);
	}

	@ParameterizedTest
	@MethodSource("errorsOfUnknownOutcome")
	void namingTimeoutsAcceptsThatTheOutcomeIsUnknown(ElevenLabsException error) {
		FallbackSettings accepting = new FallbackSettings(List.of(Kind.MODEL), "eleven_flash_v2_5", Map.of(), null,
				Map.of(Kind.MODEL, EnumSet.of(ErrorKind.SERVER, ErrorKind.NETWORK, ErrorKind.TIMEOUT)));
		assertThat(speech(new Line(accepting).answers(Flux.error(error)).answers(Line.audio("a")).speak()))
			.isEqualTo("a");
	}

	@Test
	void whatWasNeverSentIsNotPaidFor() {
		FallbackSettings network = new FallbackSettings(List.of(Kind.MODEL), "eleven_flash_v2_5", Map.of(), null,
				Map.of(Kind.MODEL, EnumSet.of(ErrorKind.NETWORK)));
		Line line = new Line(network)
			.answers(Flux.error(ElevenLabsTransportException.unsent(ErrorKind.NETWORK, "refused", null)))
			.answers(Line.audio("a"));
		assertThat(speech(line.speak())).isEqualTo("a");
	}

	@Test
	void noWayIsTakenAfterTheFirstByte() {
		Line line = new Line(ALL, Line.engine("x"))
			.answers(Line.audio("a").concatWith(Flux.error(Line.error(ErrorKind.NETWORK))));
		StepVerifier.create(line.speak())
			.expectNextCount(2)
			.expectErrorSatisfies((error) -> assertThat(error).hasMessage("NETWORK"))
			.verify(PATIENCE);
		assertThat(line.asked()).hasSize(1);
	}

	@Test
	void anEngineThatBreaksOffBreaksTheCallWithATypedError() {
		Line line = new Line(settings(Kind.ENGINE),
				(request,
						error) -> Mono.just(new FallbackSpeech("local", OutputFormat.PCM_24000,
								Flux.just(new byte[3]).concatWith(Flux.error(new IllegalStateException("broken"))))),
				Line.engine("next"))
			.fails(ErrorKind.SERVER);
		StepVerifier.create(line.speak()).expectNextCount(2).expectErrorSatisfies((error) -> {
			assertThat(error).isInstanceOf(ElevenLabsException.class).hasMessageContaining("'local'");
			assertThat(((ElevenLabsException) error).getBytesReceived()).isEqualTo(3);
			assertThat(((ElevenLabsException) error).isRetryable()).isFalse();
		}).verify(PATIENCE);
	}

	@Test
	void aRequestCanRefuseIt() {
		Line line = new Line(ALL, Line.engine("x")).fails(ErrorKind.SERVER);
		SpeechRequest refusing = Line.REQUEST.mutate()
			.options(CallOptions.defaults().withFallbackAllowed(false))
			.build();
		assertThat(kindOf(line.execute(Operation.SPEECH_STREAM, refusing))).isEqualTo(ErrorKind.SERVER);
		assertThat(line.asked()).hasSize(1);
	}

	@Test
	void whoWantsNoCachedAudioGetsNoStaleAudioEither() {
		for (CacheUse use : List.of(CacheUse.BYPASS, CacheUse.REFRESH)) {
			Line line = new Line(settings(Kind.STALE_CACHE)).fails(ErrorKind.SERVER);
			SpeechRequest request = Line.REQUEST.mutate().options(CallOptions.defaults().withCacheUse(use)).build();
			assertThat(kindOf(line.execute(Operation.SPEECH_STREAM, request))).isEqualTo(ErrorKind.SERVER);
			assertThat(line.asked()).hasSize(1);
		}
	}

	@Test
	void whereTimesAreAskedForNoEngineSpeaks() {
		Line line = new Line(settings(Kind.ENGINE, Kind.MODEL), Line.engine("x")).fails(ErrorKind.SERVER)
			.answers(Line.audio("{}"));
		assertThat(speech(line.execute(Operation.SPEECH_STREAM_WITH_TIMESTAMPS, Line.REQUEST))).isEqualTo("{}");
		assertThat(line.events().get(0).degradation().kind()).isEqualTo(Kind.MODEL);
	}

	@Test
	void aModelIsNotAskedForATextThatIsTooLongForIt() {
		FallbackSettings toV3 = new FallbackSettings(List.of(Kind.MODEL), "eleven_v3", Map.of(), null, Map.of());
		SpeechRequest longText = Line.REQUEST.mutate().text("x".repeat(5_001)).build();
		Line line = new Line(toV3).fails(ErrorKind.SERVER);
		assertThat(kindOf(line.execute(Operation.SPEECH_STREAM, longText))).isEqualTo(ErrorKind.SERVER);
		assertThat(line.asked()).hasSize(1);
	}

	@Test
	void aModelHasItsOwnSubstituteAndIsNotItsOwn() {
		FallbackSettings settings = new FallbackSettings(List.of(Kind.MODEL), "eleven_flash_v2_5",
				Map.of("eleven_multilingual_v2", "eleven_turbo_v2_5"), null, Map.of());
		Line line = new Line(settings).fails(ErrorKind.SERVER).answers(Line.audio("a"));
		speech(line.speak());
		assertThat(line.asked().get(1).modelId()).isEqualTo("eleven_turbo_v2_5");
		Line same = new Line(settings).fails(ErrorKind.SERVER);
		assertThat(kindOf(same.execute(Operation.SPEECH_STREAM, Line.REQUEST.model("eleven_flash_v2_5"))))
			.isEqualTo(ErrorKind.SERVER);
		assertThat(same.asked()).hasSize(1);
	}

	@Test
	void anErrorOfNoKindIsPassedOn() {
		Line line = new Line(ALL, Line.engine("x")).answers(Flux.error(new IllegalStateException("bug")));
		StepVerifier.create(line.speak()).expectErrorMessage("bug").verify(PATIENCE);
	}

	@Test
	void aListenerThatFailsChangesNothing() {
		Line line = new Line(settings(Kind.ENGINE), Schedulers.parallel(), (event) -> {
			throw new IllegalStateException("listener");
		}, Line.engine("spoken")).fails(ErrorKind.SERVER);
		assertThat(speech(line.speak())).isEqualTo("spoken");
	}

	@Test
	void whenTheDeadlineIsOverNothingIsTriedAnyMore() {
		VirtualTimeScheduler timer = VirtualTimeScheduler.create();
		Line line = new Line(settings(Kind.ENGINE), timer, (event) -> {
		}, Line.engine("x")).after(new DeadlineStage(Duration.ofSeconds(3), timer)).answers(Flux.never());
		StepVerifier.create(line.speak())
			.then(() -> timer.advanceTimeBy(Duration.ofSeconds(3)))
			.expectErrorSatisfies(
					(error) -> assertThat(((ElevenLabsException) error).getKind()).isEqualTo(ErrorKind.TIMEOUT))
			.verify(PATIENCE);
		assertThat(line.events()).isEmpty();
		timer.dispose();
	}

	@Test
	void anErrorThatComesWithTheEndOfTheTimeIsTheEnd() {
		VirtualTimeScheduler timer = VirtualTimeScheduler.create();
		Line line = new Line(settings(Kind.ENGINE), timer, (event) -> {
		}, Line.engine("x")).after(new DeadlineStage(Duration.ofSeconds(3), timer)).answers(Flux.defer(() -> {
			// the clock reads three seconds before the expiry has had its turn
			timer.advanceTimeBy(Duration.ofSeconds(3));
			return Flux.error(Line.error(ErrorKind.QUEUE_TIMEOUT));
		}));
		StepVerifier.create(line.speak()).expectError(ElevenLabsException.class).verify(PATIENCE);
		assertThat(line.events()).isEmpty();
		timer.dispose();
	}

	@Test
	void anEngineMayBlockAndIsInterruptedByACancel() throws InterruptedException {
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch interrupted = new CountDownLatch(1);
		Line line = new Line(settings(Kind.ENGINE), (request, error) -> Mono.fromCallable(() -> {
			assertThat(Schedulers.isInNonBlockingThread()).isFalse();
			blocked.countDown();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
			}
			return new FallbackSpeech("local", OutputFormat.PCM_24000, Flux.empty());
		})).fails(ErrorKind.SERVER);
		var call = line.speak().subscribeOn(Schedulers.parallel()).subscribe();
		assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
		call.dispose();
		assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void anEngineMakesItsAudioOnThreadsThatMayBlock() {
		AtomicInteger onLoop = new AtomicInteger();
		Flux<byte[]> audio = Flux.generate(() -> 0, (made, sink) -> {
			if (Schedulers.isInNonBlockingThread()) {
				onLoop.incrementAndGet();
			}
			if (made == 50) {
				sink.complete();
			}
			else {
				sink.next(new byte[] { 1 });
			}
			return made + 1;
		});
		Line line = new Line(settings(Kind.ENGINE),
				(request, error) -> Mono.just(new FallbackSpeech("local", OutputFormat.PCM_24000, audio)))
			.fails(ErrorKind.SERVER);
		Long parts = line.speak().publishOn(Schedulers.parallel(), 1).count().block(PATIENCE);
		assertThat(parts).isEqualTo(51);
		assertThat(onLoop).hasValue(0);
	}

	@Test
	void aCancelEndsTheWayThatIsBeingTried() {
		AtomicInteger cancelled = new AtomicInteger();
		Line line = new Line(settings(Kind.MODEL)).fails(ErrorKind.SERVER)
			.answers(Flux.<ReplyPart>never().doOnCancel(cancelled::incrementAndGet));
		var call = line.speak().subscribe();
		await().until(() -> line.asked().size() == 2);
		call.dispose();
		assertThat(cancelled).hasValue(1);
	}

	@Test
	void eachSubscriptionIsACallOfItsOwn() {
		Line line = new Line(settings(Kind.ENGINE), Line.engine("engine")).fails(ErrorKind.SERVER)
			.answers(Line.audio("service"));
		Flux<ReplyPart> call = line.speak();
		assertThat(line.asked()).isEmpty();
		assertThat(speech(call)).isEqualTo("engine");
		assertThat(speech(call)).isEqualTo("service");
	}

	@Test
	void warnsOnceInTenSecondsAndSaysHowOftenItDidNot(CapturedOutput output) {
		VirtualTimeScheduler timer = VirtualTimeScheduler.create();
		Line line = new Line(settings(Kind.ENGINE), timer, (event) -> {
		}, Line.engine("x"));
		for (int second = 0; second < 12; second++) {
			line.answers(
					Flux.error(new ElevenLabsTransportException(ErrorKind.NETWORK, "the connection broke", null, 0)));
			speech(line.speak());
			timer.advanceTimeBy(Duration.ofSeconds(1));
		}
		assertThat(output.getOut().lines().filter((text) -> text.contains("degraded"))).hasSize(2)
			.allMatch((text) -> text.contains("WARN"))
			.anyMatch((text) -> text
				.endsWith("speech.stream degraded to engine because of NETWORK: the connection broke"))
			.anyMatch((text) -> text.contains(
					"speech.stream degraded to engine because of NETWORK, as were 9 calls since the last warning: the connection broke"));
		assertThat(output).doesNotContain("Hello");
		timer.dispose();
	}

	@Test
	void refusesWhatCannotBeMeant() {
		assertThatIllegalArgumentException().isThrownBy(() -> new Line(settings(Kind.ENGINE)))
			.withMessageContaining("'engines'");
		assertRefused(List.of(Kind.MODEL), null, Map.of(), "'modelId'");
		assertRefused(List.of(Kind.VOICE), null, Map.of(), "'voiceId'");
		assertRefused(List.of(Kind.ENGINE, Kind.ENGINE), null, Map.of(), "twice");
		for (ErrorKind kind : List.of(ErrorKind.AUTH, ErrorKind.PERMISSION, ErrorKind.INVALID, ErrorKind.BUDGET,
				ErrorKind.SHUTDOWN, ErrorKind.NOT_FOUND)) {
			assertRefused(List.of(), null, Map.of(Kind.ENGINE, Set.of(kind)), kind.name());
		}
	}

	private static void assertRefused(List<Kind> chain, @Nullable String model, Map<Kind, Set<ErrorKind>> on,
			String message) {
		assertThatIllegalArgumentException().isThrownBy(() -> new FallbackSettings(chain, model, Map.of(), null, on))
			.withMessageContaining(message);
	}

	static Stream<ElevenLabsException> errorsOfUnknownOutcome() {
		return Stream.of(new ElevenLabsTransportException(ErrorKind.NETWORK, "broken in flight", null, 0),
				new ElevenLabsApiException(ErrorKind.SERVER, "gateway timeout",
						new ElevenLabsApiException.Details(504, null, null, null, null, 0)));
	}

	private static boolean isTaken(Kind step, ErrorKind error) {
		Line line = new Line(settings(step), Line.engine("other")).fails(error).answers(Line.audio("other"));
		return line.speak().ignoreElements().materialize().block(PATIENCE).isOnComplete();
	}

	private static FallbackSettings settings(Kind... chain) {
		return new FallbackSettings(List.of(chain), "eleven_flash_v2_5", Map.of(), "other-voice", Map.of());
	}

	private static ElevenLabsApiException notFound(String code) {
		return new ElevenLabsApiException(ErrorKind.NOT_FOUND, "gone",
				new ElevenLabsApiException.Details(404, "not_found", code, null, null, 0));
	}

	private static String speech(Flux<ReplyPart> reply) {
		StringBuilder text = new StringBuilder();
		reply.ofType(ReplyPart.Chunk.class)
			.doOnNext((chunk) -> text.append(new String(chunk.bytes())))
			.blockLast(PATIENCE);
		return text.toString();
	}

	private static @Nullable ErrorKind kindOf(Flux<ReplyPart> reply) {
		Throwable error = reply.ignoreElements().materialize().block(PATIENCE).getThrowable();
		return (error instanceof ElevenLabsException failure) ? failure.getKind() : null;
	}

}
