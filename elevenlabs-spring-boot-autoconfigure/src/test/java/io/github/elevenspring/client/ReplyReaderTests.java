package io.github.elevenspring.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link ReplyReader}.
 */
class ReplyReaderTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final ReplyReader reader = new ReplyReader(20);

	@Test
	void theWholeIsAllChunksInOrder() {
		StepVerifier.create(this.reader.whole(reply("abc", "def")))
			.assertNext((whole) -> assertThat(whole.body()).asString().isEqualTo("abcdef"))
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void exactlyTheBoundFitsAndOneByteMoreDoesNot() {
		StepVerifier.create(this.reader.whole(reply("0123456789", "0123456789")))
			.expectNextCount(1)
			.expectComplete()
			.verify(PATIENCE);
		StepVerifier.create(this.reader.whole(reply("0123456789", "0123456789", "0"))).expectErrorSatisfies((ex) -> {
			assertThat(((ElevenLabsException) ex).getBytesReceived()).isEqualTo(21);
			assertThat(ex).hasMessageContaining("20 bytes");
		}).verify(PATIENCE);
	}

	@Test
	void aReplyMayBeReadTwice() {
		Mono<WholeReply> whole = this.reader.whole(reply("abc"));
		for (int i = 0; i < 2; i++) {
			StepVerifier.create(whole)
				.assertNext((reply) -> assertThat(reply.body()).hasSize(3))
				.expectComplete()
				.verify(PATIENCE);
		}
	}

	@Test
	void jsonIsNothingWhereTheBodyIs() {
		StepVerifier.create(this.reader.json(reply(), Map.class)).expectComplete().verify(PATIENCE);
		StepVerifier.create(this.reader.json(reply("null"), Map.class)).expectComplete().verify(PATIENCE);
	}

	@Test
	void anErrorInPlaceOfJsonIsThatError() {
		for (String body : List.of("{\"detail\":\"no\"}", " {\n \"detail\" :{}}")) {
			StepVerifier.create(this.reader.json(reply(body), Map.class))
				.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(ElevenLabsApiException.class)
					.hasMessageContaining("broke off with an error"))
				.verify(PATIENCE);
		}
	}

	@Test
	void aValueThatIsNoAnswerIsAnError() {
		StepVerifier.create(this.reader.json(reply("{}"), Map.class, (head, value) -> null))
			.expectErrorSatisfies((ex) -> assertThat(((ElevenLabsException) ex).getKind()).isEqualTo(ErrorKind.SERVER))
			.verify(PATIENCE);
	}

	@Test
	void linesAreReadAsThereIsDemandForThem() {
		TestPublisher<ReplyPart> parts = TestPublisher.create();
		StepVerifier.create(this.reader.jsonLines(parts.flux(), Integer.class, (head, value) -> value), 1)
			.then(() -> parts.next(Parts.head(), Parts.chunk("1\n2\n3\n")))
			.expectNext(1)
			.thenRequest(1)
			.expectNext(2)
			.thenCancel()
			.verify(PATIENCE);
		parts.assertCancelled();
	}

	@Test
	void aReplyThatFailsBeforeItsHeadNeverReachesTheFunction() {
		StepVerifier
			.create(this.reader.open(Flux.error(new IllegalStateException("early")), (head, bytes) -> Flux.just("x")))
			.expectErrorMessage("early")
			.verify(PATIENCE);
	}

	@Test
	void theReplyIsCancelledWhenTheResultOfTheFunctionEndsFirst() {
		TestPublisher<ReplyPart> parts = TestPublisher.create();
		StepVerifier.create(this.reader.open(parts.flux(), (head, bytes) -> bytes.take(1)))
			.then(() -> parts.next(Parts.head(), Parts.chunk("a")))
			.expectNextCount(1)
			.expectComplete()
			.verify(PATIENCE);
		parts.assertCancelled();
	}

	@Test
	void aFunctionThatThrowsEndsTheReply() {
		TestPublisher<ReplyPart> parts = TestPublisher.create();
		StepVerifier.create(this.reader.open(parts.flux(), (head, bytes) -> {
			throw new IllegalStateException("mine");
		})).then(() -> parts.next(Parts.head())).expectErrorMessage("mine").verify(PATIENCE);
		parts.assertCancelled();
	}

	@Test
	void memoryMustBePositive() {
		assertThatIllegalArgumentException().isThrownBy(() -> new ReplyReader(0));
	}

	private static Flux<ReplyPart> reply(String... chunks) {
		return Flux.concat(Flux.just(Parts.head()), Flux.fromArray(chunks).map(Parts::chunk));
	}

}
