package io.github.elevenspring.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.elevenspring.model.speech.SpeechRequest;
import org.junit.jupiter.api.Test;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;

class ReplyOperatorTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private static final ReplyPart PART = new ReplyPart.Chunk(new byte[] { 1 });

	private static final Call CALL = new Call(Operation.SPEECH_STREAM, SpeechRequest.of("Hello"));

	private final List<String> seen = new ArrayList<>();

	@Test
	void passesAllSignalsOn() {
		TestPublisher<ReplyPart> source = TestPublisher.create();
		CallChain chain = (call) -> source.flux();
		StepVerifier.create(chain.proceed(CALL, Plain::new), 0)
			.then(source::assertWasNotRequested)
			.thenRequest(1)
			.then(() -> source.next(PART))
			.expectNext(PART)
			.then(source::complete)
			.expectComplete()
			.verify(LONG_ENOUGH);
		StepVerifier.create(chain.proceed(CALL, Plain::new)).thenCancel().verify(LONG_ENOUGH);
		source.assertCancelled();
		CallChain failing = (call) -> Flux.error(new IllegalStateException("reset"));
		StepVerifier.create(failing.proceed(CALL, Plain::new)).expectErrorMessage("reset").verify(LONG_ENOUGH);
	}

	@Test
	void isMadeForEachSubscriptionBeforeTheCall() {
		CallChain chain = (call) -> {
			this.seen.add("call");
			return Flux.just(PART);
		};
		Flux<ReplyPart> reply = chain.proceed(CALL, (actual) -> {
			this.seen.add("operator");
			return new Plain(actual);
		});
		assertThat(this.seen).isEmpty();
		reply.blockLast();
		reply.blockLast();
		assertThat(this.seen).containsExactly("operator", "call", "operator", "call");
	}

	@Test
	void seesTheErrorOfACallThatCannotBeMade() {
		CallChain chain = (call) -> {
			throw new IllegalStateException("no call");
		};
		StepVerifier.create(chain.proceed(CALL, Noting::new)).verifyErrorMessage("no call");
		assertThat(this.seen).containsExactly("no call");
	}

	@Test
	void failsTheCallWhenItCannotBeMade() {
		CallChain chain = (call) -> Flux.just(PART);
		StepVerifier.create(chain.proceed(CALL, (actual) -> {
			throw new IllegalStateException("no operator");
		})).verifyErrorMessage("no operator");
	}

	@Test
	void letsTheContextThrough() {
		CallChain chain = (call) -> Flux.deferContextual((context) -> {
			this.seen.add(context.get("key"));
			return Flux.just(PART);
		});
		chain.proceed(CALL, Plain::new).contextWrite(Context.of("key", "value")).blockLast();
		assertThat(this.seen).containsExactly("value");
	}

	private static class Plain extends ReplyOperator {

		Plain(CoreSubscriber<? super ReplyPart> actual) {
			super(actual);
		}

	}

	private final class Noting extends ReplyOperator {

		Noting(CoreSubscriber<? super ReplyPart> actual) {
			super(actual);
		}

		@Override
		public void onError(Throwable error) {
			ReplyOperatorTests.this.seen.add(String.valueOf(error.getMessage()));
			super.onError(error);
		}

	}

}
