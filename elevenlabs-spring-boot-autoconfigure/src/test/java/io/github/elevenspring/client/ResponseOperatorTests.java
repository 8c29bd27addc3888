package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import io.github.elevenspring.model.OutputFormat;
import io.github.elevenspring.model.ReplyMetadata;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;

import static org.assertj.core.api.Assertions.assertThat;

class ResponseOperatorTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private static final ReplyMetadata NOTHING_KNOWN = new ReplyMetadata(null, null, null, null, null, null, null,
			null);

	private static final Call SPEECH = new Call(Operation.SPEECH_STREAM,
			SpeechRequest.of("Hello").voice("v").format(OutputFormat.MP3_44100_128));

	private static final Call EXCHANGE = new Call(Operation.EXCHANGE, ApiRequest.get("/v1/x"));

	private final VirtualTimeScheduler timer = VirtualTimeScheduler.create();

	private final AtomicBoolean known = new AtomicBoolean();

	private final TestPublisher<DataBuffer> body = TestPublisher.create();

	@AfterEach
	void stop() {
		this.timer.dispose();
	}

	@Test
	void holdsTheHeadUntilThereIsAudio() {
		StepVerifier.create(reply(SPEECH, 200))
			.expectSubscription()
			.then(() -> this.body.next(buffer("")))
			.then(() -> this.body.next(buffer("  ")))
			.then(() -> this.body.next(buffer("ID3")))
			.expectNextMatches((part) -> part instanceof ReplyPart.Head)
			.expectNextMatches((part) -> text(part).equals("  ID3"))
			.then(() -> this.body.next(buffer("more")))
			.expectNextMatches((part) -> text(part).equals("more"))
			.then(this.body::complete)
			.expectComplete()
			.verify(LONG_ENOUGH);
	}

	@Test
	void passesNothingOnThatIsNotAskedFor() {
		StepVerifier.create(reply(SPEECH, 200), 0)
			.then(this.body::assertWasNotRequested)
			.thenRequest(1)
			.then(() -> this.body.next(buffer("ID3")))
			.expectNextMatches((part) -> part instanceof ReplyPart.Head)
			.then(this.body::complete)
			.thenRequest(1)
			.expectNextMatches((part) -> text(part).equals("ID3"))
			.expectComplete()
			.verify(LONG_ENOUGH);
	}

	@Test
	void holdsTheHeadOfAnEmptyAnswerUntilItIsAskedFor() {
		StepVerifier.create(reply(EXCHANGE, 204), 0)
			.then(this.body::complete)
			.expectNoEvent(Duration.ofMillis(1))
			.thenRequest(1)
			.expectNextMatches((part) -> part instanceof ReplyPart.Head)
			.expectComplete()
			.verify(LONG_ENOUGH);
	}

	/**
	 * Whatever is asked for, the source is never asked for more than fits, and all of the
	 * answer arrives in order.
	 */
	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })
	void asksForWhatItIsAskedFor(long seed) {
		Random random = new Random(seed);
		for (int i = 0; i < 200; i++) {
			List<String> chunks = new ArrayList<>(List.of("ID3"));
			int count = random.nextInt(12);
			for (int j = 0; j < count; j++) {
				chunks.add(random.nextInt(4) > 0 ? "chunk" + j : "");
			}
			AtomicLong demand = new AtomicLong();
			Flux<DataBuffer> source = Flux.fromIterable(chunks)
				.map(ResponseOperatorTests::buffer)
				.doOnRequest(demand::addAndGet)
				.doOnNext((buffer) -> assertThat(demand.decrementAndGet()).isNotNegative());
			Asking asking = new Asking(random);
			reply(SPEECH, 200, source).subscribe(asking);
			while (!asking.complete) {
				asking.ask();
			}
			assertThat(asking.parts.get(0)).isInstanceOf(ReplyPart.Head.class);
			assertThat(asking.parts.stream().skip(1).map(ResponseOperatorTests::text))
				.containsExactlyElementsOf(chunks.stream().filter((chunk) -> !chunk.isEmpty()).toList());
		}
	}

	/**
	 * The next chunk may come on another thread as soon as it is asked for, and must not
	 * meet the first one on its way.
	 */
	@Test
	void asksForTheRestWhenTheFirstChunkIsTaken() {
		AtomicLong asked = new AtomicLong();
		List<Long> askedMeanwhile = new ArrayList<>();
		BaseSubscriber<ReplyPart> caller = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(Subscription subscription) {
			}

			@Override
			protected void hookOnNext(ReplyPart part) {
				request(3);
				askedMeanwhile.add(asked.get());
			}

		};
		reply(SPEECH, 200, this.body.flux().doOnRequest(asked::addAndGet)).subscribe(caller);
		caller.request(1);
		this.body.next(buffer("ID3"));
		assertThat(askedMeanwhile).containsExactly(1L, 1L);
		assertThat(asked).hasValue(1 + 5);
		caller.request(4);
		assertThat(asked).hasValue(1 + 5 + 4);
	}

	@Test
	void takesAnErrorThatArrivesOnAnotherThreadWhileItIsSubscribedTo() {
		Flux<DataBuffer> source = Flux
			.<DataBuffer>create((sink) -> sink.onRequest((n) -> CompletableFuture.runAsync(() -> {
				sink.next(buffer("{\"detail\":{\"status\":\"quota_exceeded\"}}"));
				sink.complete();
			}).join()));
		StepVerifier.create(reply(SPEECH, 401, source))
			.expectErrorSatisfies((error) -> assertKind(error, ErrorKind.QUOTA))
			.verify(LONG_ENOUGH);
	}

	@Test
	void endsThoughItsErrorCannotBeMade() {
		Flux<ReplyPart> reply = ResponseOperator.read(this.body.flux(),
				new ReplyPart.Head(503, HttpHeaders.EMPTY, NOTHING_KNOWN), new BodyBeginning(SPEECH, false, null),
				this.known, (error) -> {
					throw new IllegalStateException("no error");
				}, this.timer);
		StepVerifier.create(reply).then(this.body::complete).expectErrorMessage("no error").verify(LONG_ENOUGH);
	}

	@Test
	void hasOneEndWhetherTheRestOfAnErrorComesOrNot() throws Exception {
		ExecutorService threads = Executors.newFixedThreadPool(2);
		try {
			for (int i = 0; i < 5_000; i++) {
				VirtualTimeScheduler timer = VirtualTimeScheduler.create();
				TestPublisher<DataBuffer> source = TestPublisher
					.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
				AtomicInteger ends = new AtomicInteger();
				reply(SPEECH, 503, source.flux(), timer).subscribe((part) -> {
				}, (error) -> ends.incrementAndGet(), ends::incrementAndGet);
				CyclicBarrier start = new CyclicBarrier(2);
				Future<?> arriving = threads.submit(() -> {
					start.await();
					source.next(buffer("{}"));
					source.complete();
					return null;
				});
				Future<?> waiting = threads.submit(() -> {
					start.await();
					timer.advanceTimeBy(Duration.ofSeconds(2));
					return null;
				});
				arriving.get();
				waiting.get();
				assertThat(ends).hasValue(1);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	@Test
	void readsAnErrorWhoeverAsksForHowMuch() {
		StepVerifier.create(reply(SPEECH, 401), 0)
			.then(() -> this.body.next(buffer("{\"detail\":{\"status\":")))
			.then(() -> assertThat(this.known).isTrue())
			.then(() -> this.body.next(buffer("\"quota_exceeded\"}}")))
			.then(this.body::complete)
			.expectErrorSatisfies((error) -> assertKind(error, ErrorKind.QUOTA))
			.verify(LONG_ENOUGH);
	}

	@Test
	void readsAnErrorThatCameAsAnAnswer() {
		StepVerifier.create(reply(SPEECH, 200))
			.then(() -> this.body.next(buffer("{\"detail\":{\"status\":")))
			.then(() -> this.body.next(buffer("\"quota_exceeded\"}}")))
			.then(this.body::complete)
			.expectErrorSatisfies((error) -> assertKind(error, ErrorKind.QUOTA))
			.verify(LONG_ENOUGH);
		assertThat(this.known).isTrue();
	}

	@Test
	void keepsTheStatusOfAnErrorWhoseBodyBreaks() {
		StepVerifier.create(reply(SPEECH, 503))
			.then(() -> this.body.error(new IllegalStateException("reset")))
			.expectErrorSatisfies((error) -> assertKind(error, ErrorKind.SERVER))
			.verify(LONG_ENOUGH);
	}

	@Test
	void waitsForTheRestOfAnErrorForTwoSeconds() {
		StepVerifier.create(reply(SPEECH, 503))
			.then(() -> this.timer.advanceTimeBy(Duration.ofMillis(1999)))
			.then(this.body::assertNotCancelled)
			.then(() -> this.timer.advanceTimeBy(Duration.ofMillis(1)))
			.expectErrorSatisfies((error) -> assertKind(error, ErrorKind.SERVER))
			.verify(LONG_ENOUGH);
		this.body.assertCancelled();
	}

	@Test
	void readsNoMoreOfAnErrorThanIsWorthIt() {
		StepVerifier.create(reply(SPEECH, 503)).then(() -> {
			for (int i = 0; i < 4; i++) {
				this.body.next(buffer("x".repeat(64 * 1024)));
			}
		}).expectErrorSatisfies((error) -> assertKind(error, ErrorKind.SERVER)).verify(LONG_ENOUGH);
		this.body.assertCancelled();
	}

	@Test
	void failsAsTheBodyDoesBeforeItsFirstByte() {
		StepVerifier.create(reply(SPEECH, 200))
			.then(() -> this.body.error(new IllegalStateException("reset")))
			.expectErrorMessage("reset")
			.verify(LONG_ENOUGH);
	}

	@Test
	void takesAnEmptyAnswerForNone() {
		StepVerifier.create(reply(SPEECH, 200))
			.then(this.body::complete)
			.expectErrorSatisfies((error) -> assertKind(error, ErrorKind.SERVER))
			.verify(LONG_ENOUGH);
	}

	@Test
	void stopsWaitingForTheRestOfAnErrorWhenTheCallerLeaves() {
		StepVerifier.create(reply(SPEECH, 503)).thenCancel().verify(LONG_ENOUGH);
		this.body.assertCancelled();
		this.timer.advanceTimeBy(Duration.ofSeconds(2));
	}

	private Flux<ReplyPart> reply(Call call, int status) {
		return reply(call, status, this.body.flux());
	}

	private Flux<ReplyPart> reply(Call call, int status, Flux<DataBuffer> body) {
		return reply(call, status, body, this.timer);
	}

	private Flux<ReplyPart> reply(Call call, int status, Flux<DataBuffer> body, Scheduler timer) {
		ReplyPart.Head head = new ReplyPart.Head(status, HttpHeaders.EMPTY, NOTHING_KNOWN);
		BodyBeginning beginning = new BodyBeginning(call, status < 300, MediaType.valueOf("audio/mpeg"));
		ErrorDecoder errors = new ErrorDecoder(Clock.systemUTC());
		return ResponseOperator.read(body, head, beginning, this.known,
				(error) -> errors.decode(status, HttpHeaders.EMPTY, error, Redaction.EVERYTHING), timer);
	}

	private static void assertKind(Throwable error, ErrorKind kind) {
		assertThat(error).isInstanceOfSatisfying(ElevenLabsApiException.class,
				(failure) -> assertThat(failure.getKind()).isEqualTo(kind));
	}

	private static DataBuffer buffer(String text) {
		return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

	private static String text(ReplyPart part) {
		return new String(((ReplyPart.Chunk) part).bytes(), StandardCharsets.UTF_8);
	}

	/**
	 * Asks for one part or several, at once or while one is delivered, and never gets
	 * more than that.
	 */
	private static final class Asking extends BaseSubscriber<ReplyPart> {

		private final Random random;

		private final List<ReplyPart> parts = new ArrayList<>();

		private long asked;

		private boolean complete;

		Asking(Random random) {
			this.random = random;
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			if (this.random.nextBoolean()) {
				ask();
			}
		}

		@Override
		protected void hookOnNext(ReplyPart part) {
			this.parts.add(part);
			assertThat(this.parts.size()).isLessThanOrEqualTo((int) this.asked);
			if (this.random.nextBoolean()) {
				ask();
			}
		}

		@Override
		protected void hookOnComplete() {
			this.complete = true;
		}

		private void ask() {
			int n = 1 + this.random.nextInt(3);
			this.asked += n;
			request(n);
		}

	}

}
