package io.github.elevenspring.client;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.reactive.ClientHttpResponse;
import org.springframework.mock.http.client.reactive.MockClientHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;

class ReleaseFirstResponseTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private final TestPublisher<DataBuffer> body = TestPublisher.create();

	private final Queue<Runnable> eventLoop = new ArrayDeque<>();

	@Test
	void tellsTheEndWhenTheEventLoopIsDoneWithTheExchange() {
		AtomicBoolean ended = new AtomicBoolean();
		response(this.eventLoop::add).getBody().doOnComplete(() -> ended.set(true)).subscribe();
		this.body.emit(buffer("a"));
		assertThat(ended).isFalse();
		this.eventLoop.remove().run();
		assertThat(ended).isTrue();
	}

	@Test
	void tellsNothingToACallerWhoLeavesInBetween() {
		AtomicBoolean ended = new AtomicBoolean();
		Disposable caller = response(this.eventLoop::add).getBody().doOnComplete(() -> ended.set(true)).subscribe();
		this.body.emit(buffer("a"));
		caller.dispose();
		this.eventLoop.remove().run();
		assertThat(ended).isFalse();
		assertThat(this.eventLoop).isEmpty();
	}

	@Test
	void tellsTheEndAtOnceToWhoeverAsksAgain() {
		ClientHttpResponse response = response(this.eventLoop::add);
		response.getBody().subscribe();
		this.body.emit(buffer("a"));
		this.eventLoop.remove().run();
		StepVerifier.create(response.getBody()).expectComplete().verify(LONG_ENOUGH);
		assertThat(this.eventLoop).isEmpty();
	}

	@Test
	void tellsTheEndAtOnceWhereTheEventLoopHasEnded() {
		StepVerifier.create(response((task) -> {
			throw new RejectedExecutionException();
		}).getBody()).then(() -> this.body.emit(buffer("a"))).expectNextCount(1).expectComplete().verify(LONG_ENOUGH);
	}

	@Test
	void tellsAnErrorAtOnce() {
		StepVerifier.create(response(this.eventLoop::add).getBody())
			.then(() -> this.body.error(new IllegalStateException("reset")))
			.expectErrorMessage("reset")
			.verify(LONG_ENOUGH);
		assertThat(this.eventLoop).isEmpty();
	}

	@Test
	void whoeverAsksAgainAfterAnErrorIsToldSo() {
		ClientHttpResponse response = response(this.eventLoop::add);
		this.body.error(new IllegalStateException("reset"));
		StepVerifier.create(response.getBody()).expectErrorMessage("reset").verify(LONG_ENOUGH);
		StepVerifier.create(response.getBody()).expectErrorMessage("reset").verify(LONG_ENOUGH);
	}

	@Test
	void passesCancelAndDemandOn() {
		StepVerifier.create(response(this.eventLoop::add).getBody(), 2)
			.then(() -> this.body.assertMinRequested(2).assertMaxRequested(2))
			.then(() -> this.body.next(buffer("a")))
			.expectNextCount(1)
			.thenCancel()
			.verify(LONG_ENOUGH);
		this.body.assertCancelled();
	}

	private ClientHttpResponse response(Executor eventLoop) {
		MockClientHttpResponse response = new MockClientHttpResponse(HttpStatus.OK);
		response.setBody(this.body.flux());
		return new ReleaseFirstResponse(response, eventLoop);
	}

	private static DataBuffer buffer(String text) {
		return DefaultDataBufferFactory.sharedInstance.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

}
