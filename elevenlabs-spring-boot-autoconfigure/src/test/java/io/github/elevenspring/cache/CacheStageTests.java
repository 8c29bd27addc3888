package io.github.elevenspring.cache;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.CacheResult;
import io.github.elevenspring.model.CacheUse;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.cache.concurrent.ConcurrentMapCache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class CacheStageTests {

	private static final int LIMIT = 10;

	private static final CacheSettings LARGE = new CacheSettings(Duration.ofDays(1), Duration.ZERO, 1024);

	private final FakeService service = new FakeService();

	private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();

	private final ConcurrentMapCache map = new ConcurrentMapCache("speech");

	private final SpeechCache cache = new SpeechCache(List.of(CacheTier.inMemory(this.map)),
			new CacheSettings(Duration.ofMinutes(10), Duration.ofMinutes(50), LIMIT), () -> "scope",
			UnaryOperator.identity(), new TimerClock());

	private final CacheStage stage = new CacheStage(this.cache, this.timer);

	private final List<Caller> callers = new ArrayList<>();

	@AfterEach
	void nobodySawWhatMustNotBe() {
		assertThat(this.callers).allSatisfy((caller) -> assertThat(caller.fault).isNull());
	}

	@Test
	void secondCallIsAnsweredFromTheCache() {
		Caller first = call();
		this.service.request().sent().head().chunk(1, 2).chunk(3).complete();
		Caller second = call();
		assertThat(first.received()).containsExactly(1, 2, 3);
		assertThat(first.resultAtHead).isEqualTo(CacheResult.MISS);
		assertThat(first.progress.attempts()).isOne();
		assertThat(first.head.metadata().billedCredits()).isEqualTo(FakeService.COST);
		assertThat(second.received()).containsExactly(1, 2, 3);
		assertThat(second.resultAtHead).isEqualTo(CacheResult.HIT);
		assertThat(second.completed).isTrue();
		assertThat(second.progress.attempts()).isZero();
		assertThat(second.head.metadata().billedCredits()).isZero();
		assertThat(second.head.metadata().requestId()).isEqualTo("r-1");
		assertThat(second.head.headers().getFirst("content-type")).isEqualTo("audio/mpeg");
		assertThat(this.service.requests).hasSize(1);
	}

	/**
	 * Or the metrics of the cache would tell of twice as many misses.
	 */
	@Test
	void missIsLookedForOnce() {
		List<Object> looks = new ArrayList<>();
		Caller.of(stageOver(looks::add).handle(FakeService.call("Hello"), this.service));
		assertThat(this.service.requests).hasSize(1);
		assertThat(looks).hasSize(1);
	}

	@Test
	void answerThatLandsWhileItIsLookedForIsFound() {
		AtomicReference<CacheStage> stage = new AtomicReference<>();
		AtomicBoolean once = new AtomicBoolean();
		stage.set(stageOver((key) -> {
			if (once.compareAndSet(false, true)) {
				Caller.of(stage.get().handle(FakeService.call("Hello"), this.service));
				this.service.request().sent().head().chunk(1).complete();
			}
		}));
		Caller caller = Caller.of(stage.get().handle(FakeService.call("Hello"), this.service));
		assertThat(this.service.requests).hasSize(1);
		assertThat(caller.received()).containsExactly(1);
		assertThat(caller.result()).isEqualTo(CacheResult.HIT);
	}

	/**
	 * Return a stage whose cache does something before it says that it holds nothing.
	 */
	private CacheStage stageOver(Consumer<Object> miss) {
		ConcurrentMapCache map = new ConcurrentMapCache("speech") {

			@Override
			protected Object lookup(Object key) {
				Object value = super.lookup(key);
				if (value == null) {
					miss.accept(key);
				}
				return value;
			}

		};
		return new CacheStage(new SpeechCache(List.of(CacheTier.inMemory(map)), LARGE, () -> "scope",
				UnaryOperator.identity(), new TimerClock()), this.timer);
	}

	@Test
	void whatACallerWritesIntoItsBytesHurtsNobody() {
		answer();
		assertThat(call().received()).containsExactly(1);
		assertThat(call().received()).containsExactly(1);
	}

	@Test
	void wholeAndStreamedAudioAreTheSameAnswer() {
		answer();
		Call whole = new Call(Operation.SPEECH_CONVERT, FakeService.call("Hello").request());
		assertThat(read(whole, Long.MAX_VALUE).result()).isEqualTo(CacheResult.HIT);
	}

	@Test
	void hitIsReadAtThePaceOfTheCaller() {
		answer();
		Caller caller = call(CallOptions.defaults(), 0);
		assertThat(caller.head).isNull();
		caller.request(1);
		assertThat(caller.head).isNotNull();
		assertThat(caller.received()).isEmpty();
		caller.request(1);
		assertThat(caller.received()).containsExactly(1);
		assertThat(caller.completed).isTrue();
	}

	@Test
	void answerServesAsLongAsItIsFresh() {
		answer();
		this.timer.advanceTimeBy(Duration.ofMinutes(9));
		assertThat(call().result()).isEqualTo(CacheResult.HIT);
		this.timer.advanceTimeBy(Duration.ofMinutes(1));
		call();
		assertThat(this.service.requests).hasSize(2);
	}

	@Test
	void staleAnswerIsThereForThoseWhoTakeOne() {
		answer();
		this.timer.advanceTimeBy(Duration.ofMinutes(59));
		Caller caller = call(CacheUse.STALE);
		assertThat(caller.received()).containsExactly(1);
		assertThat(caller.resultAtHead).isEqualTo(CacheResult.HIT);
		this.timer.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(call(CacheUse.STALE).kind()).isEqualTo(ErrorKind.NOT_FOUND);
		assertThat(this.service.requests).hasSize(1);
	}

	@Test
	void nothingIsSentForWhoeverTakesAStaleAnswerOnly() {
		assertThat(call(CacheUse.STALE).kind()).isEqualTo(ErrorKind.NOT_FOUND);
		Call list = new Call(Operation.MODELS_LIST,
				ApiRequest.get("/v1/models").options(CallOptions.defaults().withCacheUse(CacheUse.STALE)));
		assertThat(read(list, 1).kind()).isEqualTo(ErrorKind.NOT_FOUND);
		assertThat(this.service.requests).isEmpty();
	}

	@Test
	void refreshAsksAndKeepsTheNewAnswer() {
		answer();
		Caller caller = call(CacheUse.REFRESH);
		this.service.request(1).sent().head().chunk(9).complete();
		assertThat(caller.received()).containsExactly(9);
		assertThat(caller.resultAtHead).isEqualTo(CacheResult.BYPASSED);
		assertThat(caller.head.metadata().billedCredits()).isEqualTo(FakeService.COST);
		assertThat(call().received()).containsExactly(9);
	}

	@Test
	void bypassSharesNothingAndKeepsNothing() {
		Caller one = call(CacheUse.BYPASS);
		Caller other = call(CacheUse.BYPASS);
		assertThat(this.service.requests).hasSize(2);
		this.service.requests.forEach((request) -> request.head().chunk(1).complete());
		assertThat(List.of(one.resultAtHead, other.resultAtHead)).containsOnly(CacheResult.BYPASSED);
		assertThat(this.map.getNativeCache()).isEmpty();
	}

	@Test
	void callsWithoutSpeechPass() {
		Caller caller = read(new Call(Operation.MODELS_LIST, ApiRequest.get("/v1/models")), Long.MAX_VALUE);
		this.service.request().head().complete();
		assertThat(caller.result()).isEqualTo(CacheResult.NONE);
		assertThat(this.map.getNativeCache()).isEmpty();
	}

	@Test
	void onlyWholeAnswersAreKept() {
		call();
		this.service.request(0).head().chunk(1).fail(new IllegalStateException("reset"));
		call();
		this.service.request(1).head().complete();
		Caller gone = call();
		this.service.request(2).head().chunk(1);
		gone.cancel();
		assertThat(this.service.request(2).cancelled).isTrue();
		call();
		this.service.request(3).head().chunk(new int[LIMIT]).chunk(1).complete();
		assertThat(this.map.getNativeCache()).isEmpty();
		call();
		this.service.request(4).head().chunk(new int[LIMIT]).complete();
		assertThat(this.map.getNativeCache()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"audio_base64\":\"", "{\"detail\":{\"status\":\"busy\"}}", "[]", "{}",
			"{\"audio_base64\":\"\"}", "{\"audio_base64\":\"AA\"}{\"detail\":\"late\"}" })
	void timedAnswerIsKeptOnlyIfItIsOne(String json) {
		Call call = new Call(Operation.SPEECH_STREAM_WITH_TIMESTAMPS, FakeService.call("Hello").request());
		SpeechCache large = new SpeechCache(List.of(CacheTier.inMemory(this.map)), LARGE, () -> "scope",
				UnaryOperator.identity(), new TimerClock());
		CacheStage stage = new CacheStage(large, this.timer);
		Caller.of(stage.handle(call, this.service));
		this.service.request(0).head().emit(new ReplyPart.Chunk(json.getBytes())).complete();
		assertThat(this.map.getNativeCache()).isEmpty();
		Caller.of(stage.handle(call, this.service));
		this.service.request(1)
			.head()
			.emit(new ReplyPart.Chunk("{\"audio_base64\":\"AA\",\"alignment\":{}}\n{\"audio_base64\":null}".getBytes()))
			.complete();
		assertThat(this.map.getNativeCache()).hasSize(1);
	}

	@Test
	void lateJoinerGetsAllFromTheStart() {
		Caller first = call();
		this.service.request().sent().head().chunk(1, 2);
		Caller second = call();
		assertThat(second.received()).containsExactly(1, 2);
		this.service.request().chunk(3).complete();
		assertThat(second.received()).containsExactly(1, 2, 3);
		assertThat(first.received()).containsExactly(1, 2, 3);
		assertThat(second.resultAtHead).isEqualTo(CacheResult.SHARED);
		assertThat(second.progress.attempts()).isZero();
		assertThat(second.head.metadata().billedCredits()).isZero();
		assertThat(first.head.metadata().billedCredits()).isEqualTo(FakeService.COST);
	}

	@Test
	void slowReaderDoesNotSlowOthers() {
		Caller slow = call(CallOptions.defaults(), 1);
		Caller fast = call();
		this.service.request().head().chunk(1).chunk(2).chunk(3).complete();
		assertThat(fast.completed).isTrue();
		assertThat(slow.received()).isEmpty();
		slow.request(2);
		assertThat(slow.received()).containsExactly(1, 2);
		slow.request(1);
		assertThat(slow.received()).containsExactly(1, 2, 3);
		assertThat(slow.completed).isTrue();
	}

	@Test
	void sourceIsAskedForAsManyPartsAsSurelyFit() {
		CacheStage roomy = stageThatHolds(256 * 1024);
		Caller slow = Caller.of(roomy.handle(FakeService.call("Hello"), this.service), 1);
		FakeService.Request request = this.service.request();
		assertThat(request.demand).hasValue(4);
		request.head().chunk(new int[64 * 1024]).chunk(1);
		assertThat(request.demand).hasValue(1);
		request.chunk(2);
		assertThat(request.demand).hasValue(2);
		request.chunk(new int[64 * 1024]).chunk(new int[64 * 1024 + 1]);
		assertThat(request.demand).hasValue(1);
		request.chunk(new int[64 * 1024]);
		assertThat(request.demand).hasValue(0);
		slow.request(Long.MAX_VALUE);
		assertThat(request.demand).hasValue(1);
		request.complete();
		assertThat(slow.received()).hasSize(4 * 64 * 1024 + 3);
	}

	@Test
	void sourceIsNotAskedForAnyNumberOfParts() {
		Caller.of(stageThatHolds(64 * 1024 * 1024).handle(FakeService.call("Hello"), this.service));
		FakeService.Request request = this.service.request();
		assertThat(request.demand).hasValue(16);
		request.head();
		for (int i = 0; i < 15; i++) {
			request.chunk(i);
		}
		assertThat(request.demand).hasValue(16);
	}

	private CacheStage stageThatHolds(int bytes) {
		return new CacheStage(new SpeechCache(List.of(CacheTier.inMemory(this.map)),
				new CacheSettings(Duration.ofMinutes(10), Duration.ofMinutes(50), bytes), () -> "scope",
				UnaryOperator.identity(), new TimerClock()), this.timer);
	}

	@Test
	void beyondTheBoundThereAreNoNewcomers() {
		call();
		this.service.request(0).head().chunk(new int[LIMIT + 1]);
		Caller second = call();
		assertThat(this.service.requests).hasSize(2);
		this.service.request(1).head().chunk(5).complete();
		assertThat(second.received()).containsExactly(5);
	}

	@Test
	void readerThatLagsByMoreThanTheBoundIsDroppedForOthers() {
		Caller fast = call();
		Caller slow = call(CallOptions.defaults(), 2);
		this.service.request().head().chunk(1).chunk(new int[LIMIT]).chunk(new int[LIMIT]);
		assertThat(fast.received()).hasSize(1 + 2 * LIMIT);
		assertThat(slow.kind()).isEqualTo(ErrorKind.TIMEOUT);
		assertThat(((ElevenLabsTransportException) slow.error).getBytesReceived()).isOne();
		this.service.request().chunk(2).complete();
		assertThat(fast.completed).isTrue();
	}

	@Test
	void readerThatIsAloneIsWaitedFor() {
		Caller slow = call(CallOptions.defaults(), 2);
		FakeService.Request request = this.service.request().head().chunk(1).chunk(new int[LIMIT]);
		assertThat(request.demand).hasValue(1);
		request.chunk(2);
		assertThat(request.demand).hasValue(0);
		slow.request(1);
		assertThat(request.demand).hasValue(1);
		slow.request(Long.MAX_VALUE);
		request.chunk(3).complete();
		assertThat(slow.received()).hasSize(LIMIT + 3);
		assertThat(slow.completed).isTrue();
	}

	@Test
	void readersThatAreEquallySlowAreWaitedFor() {
		Caller one = call(CallOptions.defaults(), 1);
		Caller other = call(CallOptions.defaults(), 1);
		FakeService.Request request = this.service.request().head().chunk(new int[LIMIT + 1]);
		assertThat(request.demand).hasValue(0);
		one.request(1);
		assertThat(request.demand).hasValue(0);
		one.cancel();
		assertThat(request.demand).hasValue(0);
		other.request(1);
		assertThat(request.demand).hasValue(1);
		assertThat(other.error).isNull();
	}

	@Test
	void readerWhoHasWhatItAskedForDoesNotDropTheOthers() {
		Caller slow = call(CallOptions.defaults(), 1);
		Caller leaving = call(CallOptions.defaults(), 1);
		Caller served = new Caller(1) {

			@Override
			void received(ReplyPart part) {
				if (part instanceof ReplyPart.Chunk) {
					leaving.cancel();
				}
			}

		};
		served.read(this.stage.handle(FakeService.call("Hello"), this.service));
		FakeService.Request request = this.service.request().head().chunk(new int[LIMIT + 1]);
		served.request(1);
		assertThat(served.received()).hasSize(LIMIT + 1);
		assertThat(slow.error).isNull();
		assertThat(request.demand).hasValue(0);
		served.request(1);
		assertThat(slow.kind()).isEqualTo(ErrorKind.TIMEOUT);
		assertThat(request.demand).hasValue(1);
	}

	@Test
	void oneCallersCancelLeavesTheOthersAndTheLastOnesEndsTheCall() {
		Caller first = call();
		Caller second = call();
		Caller third = call();
		FakeService.Request request = this.service.request();
		first.cancel();
		request.sent().head().chunk(1);
		second.cancel();
		assertThat(request.cancelled).isFalse();
		assertThat(third.received()).containsExactly(1);
		third.cancel();
		assertThat(request.cancelled).isTrue();
		call();
		assertThat(this.service.requests).hasSize(2);
	}

	@Test
	void whoComesNextBearsTheCostIfTheFirstLeaves() {
		Caller first = call();
		Caller second = call();
		Caller third = call();
		first.cancel();
		this.service.request().sent().head().chunk(1).complete();
		assertThat(second.head.metadata().billedCredits()).isEqualTo(FakeService.COST);
		assertThat(second.resultAtHead).isEqualTo(CacheResult.MISS);
		assertThat(second.progress.attempts()).isOne();
		assertThat(third.head.metadata().billedCredits()).isZero();
		assertThat(first.progress.attempts()).isZero();
	}

	@Test
	void cancelledCallTellsItsAttempts() {
		Caller caller = call();
		this.service.request().sent();
		caller.cancel();
		assertThat(caller.progress.attempts()).isOne();
		assertThat(this.cache.requests(CacheResult.MISS)).isOne();
	}

	@Test
	void errorReachesAllAndIsNotKept() {
		Caller first = call();
		Caller second = call();
		Caller slow = call(CallOptions.defaults(), 1);
		RuntimeException error = new IllegalStateException("reset");
		this.service.request().sent().head().chunk(1).fail(error);
		assertThat(List.of(first, second)).allSatisfy((caller) -> {
			assertThat(caller.received()).containsExactly(1);
			assertThat(caller.error).isSameAs(error);
		});
		assertThat(slow.error).isNull();
		slow.request(1);
		assertThat(slow.error).isSameAs(error);
		call();
		this.service.request(1).fail(error);
		assertThat(this.service.requests).hasSize(2);
	}

	@Test
	void moreUrgentCallerDoesNotWaitAtThePriorityOfTheFirst() {
		Caller batch = call(CallOptions.defaults().withPriority(Priority.BATCH).withTenant("a"));
		Caller urgent = call(CallOptions.defaults().withPriority(Priority.INTERACTIVE).withTenant("b"));
		assertThat(this.service.request(0).cancelled).isTrue();
		assertThat(this.service.request(1).call.options().priority()).isEqualTo(Priority.INTERACTIVE);
		assertThat(this.service.request(1).call.options().tenant()).isEqualTo("a");
		assertThat(this.service.request(0).progress.countAttempt()).isFalse();
		this.service.request(1).sent().head().chunk(1).complete();
		assertThat(batch.received()).containsExactly(1);
		assertThat(urgent.received()).containsExactly(1);
		assertThat(urgent.resultAtHead).isEqualTo(CacheResult.SHARED);
	}

	@Test
	void requestThatIsOnItsWayIsNotMadeAgainForAMoreUrgentCaller() {
		call(CallOptions.defaults().withPriority(Priority.BATCH));
		this.service.request().sent();
		call(CallOptions.defaults().withPriority(Priority.INTERACTIVE));
		assertThat(this.service.request().cancelled).isFalse();
	}

	@Test
	void answerThatHasBegunGoesOnWhoeverGaveIt() {
		Caller batch = call(CallOptions.defaults().withPriority(Priority.BATCH));
		FakeService.Request request = this.service.request().head().chunk(1, 2);
		Caller urgent = call(CallOptions.defaults().withPriority(Priority.INTERACTIVE));
		assertThat(request.cancelled).isFalse();
		request.chunk(3).complete();
		assertThat(batch.received()).containsExactly(1, 2, 3);
		assertThat(urgent.received()).containsExactly(1, 2, 3);
	}

	@Test
	void callThatMayHaveBeenBilledIsNotMadeAgainForThoseWithMoreTime() {
		call(CallOptions.defaults().withDeadline(Duration.ofSeconds(1)));
		Caller second = call();
		ElevenLabsException error = new ElevenLabsRejectedException(ErrorKind.QUEUE_TIMEOUT, "no slot for a retry");
		error.addSuppressed(new ElevenLabsTransportException(ErrorKind.TIMEOUT, "no first byte", null, 0));
		this.service.request().sent().fail(error);
		assertThat(second.kind()).isEqualTo(ErrorKind.QUEUE_TIMEOUT);
		assertThat(this.service.requests).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "QUEUE_TIMEOUT", "QUEUE_FULL", "CONCURRENCY" })
	void impatienceOfTheFirstHurtsNobodyElse(ErrorKind kind) {
		Caller first = call(CallOptions.defaults().withDeadline(Duration.ofSeconds(1)));
		Caller second = call(CallOptions.defaults().withDeadline(Duration.ofSeconds(5)));
		Caller third = call(CallOptions.defaults().withDeadline(Duration.ofSeconds(9)));
		this.service.request(0).fail(new ElevenLabsRejectedException(kind, "no slot"));
		assertThat(first.kind()).isEqualTo(kind);
		assertThat(List.of(second.isEnded(), third.isEnded())).containsOnly(false);
		assertThat(this.service.request(1).call.options().deadline()).isEqualTo(Duration.ofSeconds(9));
		this.service.request(1).sent().head().chunk(1).complete();
		assertThat(second.received()).containsExactly(1);
		assertThat(third.received()).containsExactly(1);
		assertThat(second.resultAtHead).isEqualTo(CacheResult.MISS);
		assertThat(third.resultAtHead).isEqualTo(CacheResult.SHARED);
	}

	@Test
	void whatFailsForTheBestFailsForAllOfThem() {
		call(CallOptions.defaults().withDeadline(Duration.ofSeconds(1)));
		Caller second = call(CallOptions.defaults().withDeadline(Duration.ofSeconds(5)));
		Caller third = call();
		this.service.request(0).fail(new ElevenLabsRejectedException(ErrorKind.QUEUE_TIMEOUT, "no slot"));
		assertThat(this.service.request(1).call.options().deadline()).isNull();
		this.service.request(1).fail(new ElevenLabsRejectedException(ErrorKind.QUEUE_TIMEOUT, "no slot"));
		assertThat(List.of(second.kind(), third.kind())).containsOnly(ErrorKind.QUEUE_TIMEOUT);
		assertThat(this.service.requests).hasSize(2);
	}

	@Test
	void timeoutOfTheServiceIsNotRepeated() {
		call(CallOptions.defaults().withDeadline(Duration.ofSeconds(1)));
		Caller second = call();
		this.service.request()
			.sent()
			.fail(new ElevenLabsTransportException(ErrorKind.TIMEOUT, "no first byte", null, 0));
		assertThat(second.kind()).isEqualTo(ErrorKind.TIMEOUT);
		assertThat(this.service.requests).hasSize(1);
	}

	@Test
	void callHasAsMuchTimeAsThePatientestOfItsCallers() {
		Caller first = new Caller(1);
		first.progress.endsAt(100);
		first.read(this.stage.handle(FakeService.call("Hello"), this.service));
		assertThat(this.service.request().progress.remaining(0)).isEqualTo(100);
		Caller second = new Caller(1);
		second.progress.endsAt(300);
		second.read(this.stage.handle(FakeService.call("Hello"), this.service));
		assertThat(this.service.request().progress.remaining(0)).isEqualTo(300);
	}

	@Test
	void refusalsWithoutEndDoNotGrowTheStack() {
		Flux<ReplyPart> refused = Flux.error(new ElevenLabsRejectedException(ErrorKind.QUEUE_FULL, "full"));
		for (int i = 1; i <= 2000; i++) {
			Caller caller = Caller.of(this.stage.handle(
					FakeService.call("Hello", CallOptions.defaults().withDeadline(Duration.ofSeconds(i))),
					(call) -> refused));
			assertThat(caller.kind()).isEqualTo(ErrorKind.QUEUE_FULL);
		}
	}

	@Test
	void callerMayLeaveAtAnySignal() {
		Caller[] leaving = { new Caller(Long.MAX_VALUE) {

			@Override
			void received(ReplyPart part) {
				cancel();
			}

		}, new Caller(Long.MAX_VALUE) {

			@Override
			protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
				cancel();
			}

		} };
		for (Caller caller : leaving) {
			caller.read(this.stage.handle(FakeService.call("Hello"), this.service));
		}
		assertThat(this.service.requests).hasSize(1);
		this.service.request().head();
		assertThat(this.service.request().cancelled).isTrue();
		assertThat(leaving[0].received()).isEmpty();
	}

	@Test
	void callerMayAskForTheNextPartWhileItGetsOne() {
		Caller caller = new Caller(1) {

			@Override
			void received(ReplyPart part) {
				request(1);
			}

		};
		int parts = 20_000;
		Flux<ReplyPart> reply = Flux.<ReplyPart>just(FakeService.head())
			.concatWith(Flux.range(0, parts).map((i) -> new ReplyPart.Chunk(new byte[] { 1 })));
		caller.read(this.stage.handle(FakeService.call("Hello"), (call) -> reply));
		assertThat(caller.completed).isTrue();
		assertThat(caller.received()).hasSize(parts);
		assertThat(caller.fault).isNull();
	}

	@Test
	void aThousandEqualCallsMakeOne() {
		List<Caller> all = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			all.add(call());
		}
		this.service.request().sent().head().chunk(1, 2, 3).complete();
		assertThat(all).allSatisfy((caller) -> assertThat(caller.received()).containsExactly(1, 2, 3));
		assertThat(all.stream().mapToLong((caller) -> caller.head.metadata().billedCredits()).sum())
			.isEqualTo(FakeService.COST);
		assertThat(all.stream().mapToInt((caller) -> caller.progress.attempts()).sum()).isOne();
	}

	@Test
	void brokenCacheFailsNobody() {
		SpeechCache broken = new SpeechCache(List.of(CacheTier.inMemory(new ConcurrentMapCache("broken") {

			@Override
			protected Object lookup(Object key) {
				throw new IllegalStateException("broken");
			}

			@Override
			public void put(Object key, Object value) {
				throw new IllegalStateException("broken");
			}

		})), LARGE, () -> "scope", UnaryOperator.identity(), new TimerClock());
		CacheStage stage = new CacheStage(broken, this.timer);
		Caller caller = Caller.of(stage.handle(FakeService.call("Hello"), this.service));
		this.service.request().head().chunk(1).complete();
		assertThat(caller.received()).containsExactly(1);
		assertThat(caller.completed).isTrue();
		assertThat(caller.resultAtHead).isEqualTo(CacheResult.UNAVAILABLE);
		assertThat(broken.requests(CacheResult.UNAVAILABLE)).isOne();
		assertThat(Caller
			.of(stage.handle(FakeService.call("Hello", CallOptions.defaults().withCacheUse(CacheUse.STALE)),
					this.service))
			.kind()).isEqualTo(ErrorKind.NOT_FOUND);
	}

	@Test
	void whoLeavesDuringTheLookUpDecidesNothing() {
		CompletableFuture<Object> lookUp = new CompletableFuture<>();
		ConcurrentMapCache far = new ConcurrentMapCache("far") {

			@Override
			public CompletableFuture<?> retrieve(Object key) {
				return lookUp;
			}

		};
		try (CacheTier tier = CacheTier.remote(far, Duration.ofMinutes(1), Schedulers.parallel())) {
			CacheStage stage = new CacheStage(cacheOf(tier), this.timer);
			Caller hasty = Caller.of(stage.handle(FakeService.call("Hello",
					CallOptions.defaults()
						.withPriority(Priority.BATCH)
						.withTenant("a")
						.withDeadline(Duration.ofMillis(100))),
					this.service));
			CallOptions patient = CallOptions.defaults()
				.withPriority(Priority.INTERACTIVE)
				.withTenant("b")
				.withDeadline(Duration.ofSeconds(30));
			Caller.of(stage.handle(FakeService.call("Hello", patient), this.service));
			hasty.cancel();
			lookUp.complete(null);
			await().until(() -> !this.service.requests.isEmpty());
			assertThat(this.service.request().call.options()).isEqualTo(patient);
		}
	}

	@Test
	void troubleOfOneCallerIsItsOwn() {
		Caller before = call();
		NoClassDefFoundError trouble = new NoClassDefFoundError("theirs");
		Caller broken = new Caller(Long.MAX_VALUE) {

			@Override
			void received(ReplyPart part) {
				throw trouble;
			}

		};
		broken.read(this.stage.handle(FakeService.call("Hello"), this.service));
		Caller after = call();
		this.service.request().sent().head().chunk(1).complete();
		assertThat(broken.error).isSameAs(trouble);
		assertThat(List.of(before, after)).allSatisfy((caller) -> {
			assertThat(caller.received()).containsExactly(1);
			assertThat(caller.completed).isTrue();
		});
	}

	@Test
	void troubleOfTheOnlyCallerEndsTheCall() {
		Caller broken = new Caller(Long.MAX_VALUE) {

			@Override
			void received(ReplyPart part) {
				throw new NoClassDefFoundError("theirs");
			}

		};
		broken.read(this.stage.handle(FakeService.call("Hello"), this.service));
		this.service.request().sent().head();
		assertThat(this.service.request().cancelled).isTrue();
		assertThat(broken.error).isInstanceOf(NoClassDefFoundError.class);
	}

	@Test
	void callGoesOnIfItsKeyCannotBeMade() {
		SpeechCache keyless = new SpeechCache(List.of(CacheTier.inMemory(this.map)), LARGE, () -> {
			throw new IllegalStateException("The vault is out of reach");
		}, UnaryOperator.identity(), new TimerClock());
		CacheStage stage = new CacheStage(keyless, this.timer);
		Caller caller = Caller.of(stage.handle(FakeService.call("Hello"), this.service));
		this.service.request().sent().head().chunk(1).complete();
		assertThat(caller.received()).containsExactly(1);
		assertThat(caller.resultAtHead).isEqualTo(CacheResult.UNAVAILABLE);
		assertThat(keyless.requests(CacheResult.UNAVAILABLE)).isOne();
		assertThat(Caller
			.of(stage.handle(FakeService.call("Hello", CallOptions.defaults().withCacheUse(CacheUse.STALE)),
					this.service))
			.kind()).isEqualTo(ErrorKind.NOT_FOUND);
		assertThat(this.service.requests).hasSize(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "NORMAL", "REFRESH" })
	void whatElevenLabsMustNotStoreIsNotKeptHereEither(CacheUse use) {
		SpeechRequest request = (SpeechRequest) FakeService.call("Hello", CallOptions.defaults().withCacheUse(use))
			.request();
		Call secret = new Call(Operation.SPEECH_STREAM, request.mutate().enableLogging(false).build());
		List<Caller> callers = List.of(read(secret, Long.MAX_VALUE), read(secret, Long.MAX_VALUE));
		assertThat(this.service.requests).hasSize(2);
		this.service.requests.forEach((sent) -> sent.sent().head().chunk(1).complete());
		assertThat(callers).allSatisfy((caller) -> {
			assertThat(caller.received()).containsExactly(1);
			assertThat(caller.resultAtHead).isEqualTo(CacheResult.NONE);
		});
		assertThat(this.map.getNativeCache()).isEmpty();
	}

	@Test
	void whatElevenLabsMustNotStoreIsNotAnsweredFromTheCacheEither() {
		answer();
		Call secret = new Call(Operation.SPEECH_STREAM,
				((SpeechRequest) FakeService.call("Hello").request()).mutate().enableLogging(false).build());
		read(secret, Long.MAX_VALUE);
		assertThat(this.service.requests).hasSize(2);
		Call old = new Call(Operation.SPEECH_STREAM,
				((SpeechRequest) secret.request()).mutate()
					.options(CallOptions.defaults().withCacheUse(CacheUse.STALE))
					.build());
		assertThat(read(old, Long.MAX_VALUE).kind()).isEqualTo(ErrorKind.NOT_FOUND);
		assertThat(this.service.requests).hasSize(2);
	}

	@Test
	void whatIsEvictedWhileItIsBroughtNearIsGoneAllTheSame() {
		SpeechRequest request = (SpeechRequest) FakeService.call("Hello").request();
		AtomicReference<SpeechCache> evicting = new AtomicReference<>();
		ConcurrentMapCache near = new ConcurrentMapCache("near") {

			@Override
			public void put(Object key, Object value) {
				SpeechCache cache = evicting.getAndSet(null);
				if (cache != null) {
					cache.evict(request).block(Duration.ofSeconds(5));
				}
				super.put(key, value);
			}

		};
		SpeechCache cache = cacheOf(CacheTier.inMemory(near), CacheTier.inMemory(this.map));
		CacheStage stage = new CacheStage(cache, this.timer);
		Caller.of(stage.handle(FakeService.call("Hello"), this.service));
		this.service.request().sent().head().chunk(1).complete();
		near.clear();
		evicting.set(cache);
		assertThat(Caller.of(stage.handle(FakeService.call("Hello"), this.service)).result())
			.isEqualTo(CacheResult.HIT);
		assertThat(evicting).hasNullValue();
		assertThat(near.getNativeCache()).isEmpty();
		assertThat(this.map.getNativeCache()).isEmpty();
	}

	@Test
	void nobodyWorksOnTheThreadsOfASlowCache() {
		List<String> threads = new CopyOnWriteArrayList<>();
		ConcurrentMapCache near = new ConcurrentMapCache("near");
		try (CacheTier nearTier = CacheTier.remote(near, Duration.ofMinutes(1), Schedulers.parallel());
				CacheTier farTier = CacheTier.remote(this.map, Duration.ofMinutes(1), Schedulers.parallel())) {
			SpeechCache cache = cacheOf(nearTier, farTier);
			CacheStage stage = new CacheStage(cache, this.timer);
			Caller first = Caller.of(stage.handle(FakeService.call("Hello"), (call) -> {
				threads.add(Thread.currentThread().getName());
				return Flux.just(FakeService.head(), new ReplyPart.Chunk(new byte[] { 1 }));
			}));
			await().until(() -> first.completed && !this.map.getNativeCache().isEmpty());
			near.clear();
			Caller second = new Caller(Long.MAX_VALUE) {

				@Override
				void received(ReplyPart part) {
					threads.add(Thread.currentThread().getName());
				}

			};
			second.read(stage.handle(FakeService.call("Hello"), this.service));
			await().until(() -> second.completed);
			assertThat(second.result()).isEqualTo(CacheResult.HIT);
			assertThat(near.getNativeCache()).hasSize(1);
			cache.evict((SpeechRequest) FakeService.call("Hello").request())
				.doFinally((signal) -> threads.add(Thread.currentThread().getName()))
				.block(Duration.ofSeconds(5));
			cache.clear()
				.doFinally((signal) -> threads.add(Thread.currentThread().getName()))
				.block(Duration.ofSeconds(5));
			await().untilAsserted(() -> assertThat(threads).hasSize(5));
		}
		assertThat(threads).noneMatch((name) -> name.startsWith("elevenlabs-cache"));
	}

	@Test
	void evictsWhatIsKeptForARequest() {
		answer();
		SpeechRequest request = (SpeechRequest) FakeService.call("Hello").request();
		this.cache.evict(request.mutate().text("Other").build()).block(Duration.ofSeconds(5));
		assertThat(this.map.getNativeCache()).hasSize(1);
		this.cache.evict(request).block(Duration.ofSeconds(5));
		assertThat(this.map.getNativeCache()).isEmpty();
		answer();
		this.cache.clear().block(Duration.ofSeconds(5));
		assertThat(this.map.getNativeCache()).isEmpty();
	}

	@Test
	void countsCallsByResult() {
		SimpleMeterRegistry meters = new SimpleMeterRegistry();
		new CacheMetrics(this.cache).bindTo(meters);
		answer();
		call();
		call();
		call(CacheUse.BYPASS);
		assertThat(meters.get("elevenlabs.cache.requests").tag("result", "hit").functionCounter().count()).isEqualTo(2);
		assertThat(meters.get("elevenlabs.cache.requests").tag("result", "miss").functionCounter().count()).isOne();
		assertThat(meters.get("elevenlabs.cache.requests").tag("result", "bypassed").functionCounter().count()).isOne();
		assertThat(meters.get("elevenlabs.cache.requests").functionCounters())
			.extracting((counter) -> counter.getId().getTag("result"))
			.containsExactlyInAnyOrder("hit", "miss", "shared", "bypassed", "unavailable");
	}

	@Test
	void nothingHappensBeforeSubscription() {
		Flux<ReplyPart> reply = this.stage.handle(FakeService.call("Hello"), this.service);
		assertThat(this.service.requests).isEmpty();
		assertThat(Mono.from(reply.take(0)).blockOptional(Duration.ofSeconds(5))).isEmpty();
		CallProgress progress = new CallProgress();
		assertThat(progress.withdraw()).isTrue();
		assertThat(progress.countAttempt()).isFalse();
		assertThat(progress.attempts()).isZero();
	}

	private SpeechCache cacheOf(CacheTier... tiers) {
		return new SpeechCache(List.of(tiers), LARGE, () -> "scope", UnaryOperator.identity(), new TimerClock());
	}

	private void answer() {
		int before = this.service.requests.size();
		call();
		this.service.request(before).sent().head().chunk(1).complete();
	}

	private Caller call() {
		return call(CallOptions.defaults());
	}

	private Caller call(CacheUse use) {
		return call(CallOptions.defaults().withCacheUse(use));
	}

	private Caller call(CallOptions options) {
		return call(options, Long.MAX_VALUE);
	}

	private Caller call(CallOptions options, long demand) {
		return read(FakeService.call("Hello", options), demand);
	}

	private Caller read(Call call, long demand) {
		Caller caller = Caller.of(this.stage.handle(call, this.service), demand);
		this.callers.add(caller);
		return caller;
	}

	/**
	 * The time of the timer as the time of the day.
	 */
	private final class TimerClock extends Clock {

		@Override
		public java.time.ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(java.time.ZoneId zone) {
			return this;
		}

		@Override
		public Instant instant() {
			return Instant.ofEpochMilli(CacheStageTests.this.timer.now(java.util.concurrent.TimeUnit.MILLISECONDS));
		}

	}

}
