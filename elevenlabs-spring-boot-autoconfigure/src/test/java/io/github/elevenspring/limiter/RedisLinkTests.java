package io.github.elevenspring.limiter;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.ReactivePubSubCommands;
import org.springframework.data.redis.connection.ReactiveRedisConnection;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.ReactiveScriptingCommands;
import org.springframework.data.redis.connection.ReactiveSubscription;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

class RedisLinkTests {

	private final ReactiveRedisConnectionFactory connections = mock();

	private final ReactiveRedisConnection connection = mock();

	private final ReactiveScriptingCommands commands = mock();

	private final ReactivePubSubCommands channels = mock();

	private final ReactiveSubscription subscription = mock();

	private final RedisLink link = new RedisLink(new ReactiveStringRedisTemplate(this.connections),
			new RedisLimiterSettings("test", Duration.ofSeconds(15), Duration.ofSeconds(5), 1), Schedulers.parallel());

	@BeforeEach
	void connect() {
		given(this.connections.getReactiveConnection()).willReturn(this.connection);
		given(this.connection.scriptingCommands()).willReturn(this.commands);
		given(this.connection.closeLater()).willReturn(Mono.empty());
		reach();
		clearInvocations(this.connection);
	}

	/**
	 * Connects; listening fails, since nothing is there.
	 */
	private void reach() {
		this.link.reach().onErrorComplete().block(Duration.ofSeconds(10));
	}

	@Test
	void answerIsText() {
		answers(Flux.just(ByteBuffer.wrap("Größe".getBytes(StandardCharsets.UTF_8))));
		StepVerifier.create(run()).expectNext("Größe").verifyComplete();
	}

	@Test
	void noAnswerIsAnError() {
		answers(Flux.empty());
		StepVerifier.create(run()).verifyErrorMessage("Redis gave no answer");
	}

	@Test
	void unknownScriptIsSentWhole() {
		answers(Flux.error(new RedisSystemException("Error in execution",
				new IllegalArgumentException("NOSCRIPT No matching script."))));
		given(this.commands.<ByteBuffer>eval(any(), any(), anyInt(), any(ByteBuffer[].class)))
			.willReturn(Flux.just(ByteBuffer.wrap("OK".getBytes(StandardCharsets.UTF_8))));
		StepVerifier.create(run()).expectNext("OK").verifyComplete();
	}

	@Test
	void connectionThatTakesNoCommandsIsReplaced() {
		answers(Flux.error(new IllegalStateException("Connection is closed")));
		StepVerifier.create(run()).verifyErrorMessage("Connection is closed");
		verify(this.connection).closeLater();
		StepVerifier.create(run()).verifyErrorMessage("There is no connection to Redis");
		reach();
		answers(Flux.just(ByteBuffer.wrap("OK".getBytes(StandardCharsets.UTF_8))));
		StepVerifier.create(run()).expectNext("OK").verifyComplete();
	}

	@Test
	void connectionIsLookedUpWhereBlockingIsAllowed() {
		given(this.connections.getReactiveConnection()).willAnswer((invocation) -> {
			assertThat(Schedulers.isInNonBlockingThread()).isFalse();
			return this.connection;
		});
		answers(Flux.error(new IllegalStateException("Connection is closed")));
		StepVerifier.create(run()).verifyError();
		Mono.defer(() -> this.link.reach().onErrorComplete())
			.subscribeOn(Schedulers.parallel())
			.block(Duration.ofSeconds(10));
		answers(Flux.just(ByteBuffer.wrap("OK".getBytes(StandardCharsets.UTF_8))));
		StepVerifier.create(run()).expectNext("OK").verifyComplete();
		verify(this.commands, times(2)).evalSha(anyString(), any(), anyInt(), any(ByteBuffer[].class));
	}

	/**
	 * A pool of connections would run dry otherwise: one that was asked for does not come
	 * back when that is cancelled.
	 */
	@Test
	void oneContactIsMadeForAllAndOutlastsThem() {
		TestPublisher<ReactiveSubscription> listening = listens(Flux.never());
		VirtualTimeScheduler timer = VirtualTimeScheduler.create();
		RedisLink link = new RedisLink(new ReactiveStringRedisTemplate(this.connections),
				new RedisLimiterSettings("test", Duration.ofSeconds(15), Duration.ofSeconds(5), 1), timer);
		List<Throwable> errors = new CopyOnWriteArrayList<>();
		for (int group = 0; group < 3; group++) {
			link.reach().subscribe((nothing) -> {
			}, errors::add);
		}
		await().until(listening::wasSubscribed);
		timer.advanceTimeBy(RedisLink.CONTACT_TIMEOUT);
		assertThat(errors).hasSize(3).hasOnlyElementsOfType(TimeoutException.class);
		link.reach().subscribe((nothing) -> {
		}, errors::add);
		listening.assertNotCancelled();
		verify(this.channels).createSubscription(any());
		listening.error(new IllegalStateException("Connection refused"));
		await().until(() -> errors.size() == 4);
		assertThat(errors.get(3)).hasMessageContaining("Connection refused");
		link.reach().subscribe((nothing) -> {
		}, errors::add);
		await().untilAsserted(() -> verify(this.channels, times(2)).createSubscription(any()));
	}

	@Test
	void aContactThatOutlastsTheLinkIsLetGo() {
		TestPublisher<ReactiveSubscription.Message<ByteBuffer, ByteBuffer>> messages = TestPublisher.create();
		this.link.close();
		clearInvocations(this.connection);
		TestPublisher<ReactiveSubscription> listening = listens(messages.flux());
		this.link.reach().onErrorComplete().subscribe();
		await().until(listening::wasSubscribed);
		this.link.close();
		verify(this.connection, never()).closeLater();
		listening.emit(this.subscription);
		await().until(messages::wasCancelled);
		// The one for commands, and the one for messages
		await().untilAsserted(() -> verify(this.connection, times(2)).closeLater());
	}

	@Test
	void restartedLinkTakesTheContactThatIsBeingMade() {
		this.link.close();
		TestPublisher<ReactiveSubscription> listening = listens(Flux.never());
		this.link.reach().onErrorComplete().subscribe();
		await().until(listening::wasSubscribed);
		this.link.close();
		Mono<Void> reached = this.link.reach().cache();
		reached.subscribe();
		listening.emit(this.subscription);
		reached.block(Duration.ofSeconds(10));
		answers(Flux.just(ByteBuffer.wrap("OK".getBytes(StandardCharsets.UTF_8))));
		StepVerifier.create(run()).expectNext("OK").verifyComplete();
	}

	/**
	 * As by an access rule that does not allow the channel.
	 */
	@Test
	void connectionThatCannotListenIsGivenBack() {
		TestPublisher<ReactiveSubscription> listening = listens(Flux.never());
		given(this.subscription.subscribe(any(ByteBuffer[].class)))
			.willReturn(Mono.error(new IllegalStateException("NOPERM")));
		Mono<Void> reached = this.link.reach().cache();
		reached.onErrorComplete().subscribe();
		await().until(listening::wasSubscribed);
		listening.emit(this.subscription);
		StepVerifier.create(reached).expectErrorMessage("NOPERM").verify(Duration.ofSeconds(10));
		verify(this.subscription).cancel();
		verify(this.connection).closeLater();
	}

	private TestPublisher<ReactiveSubscription> listens(
			Flux<ReactiveSubscription.Message<ByteBuffer, ByteBuffer>> messages) {
		TestPublisher<ReactiveSubscription> listening = TestPublisher.create();
		given(this.connection.pubSubCommands()).willReturn(this.channels);
		given(this.channels.createSubscription(any())).willReturn(listening.mono());
		given(this.subscription.subscribe(any(ByteBuffer[].class))).willReturn(Mono.empty());
		given(this.subscription.receive()).willReturn(messages);
		given(this.subscription.cancel()).willReturn(Mono.empty());
		return listening;
	}

	private void answers(Flux<ByteBuffer> answer) {
		given(this.commands.<ByteBuffer>evalSha(anyString(), any(), anyInt(), any(ByteBuffer[].class)))
			.willReturn(answer);
	}

	private Mono<String> run() {
		return this.link.run(List.of("key"), List.of("operation"));
	}

}
