package io.github.elevenspring.client;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

import io.github.elevenspring.LoopbackServer;
import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.ApiRequest;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The address may change from call to call: each new one is checked, so that the key does
 * not go where it is not safe.
 */
class CheckedAddressTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	@Test
	void refusesAnAddressThatIsNotSafeAfterOneThatWas() {
		try (LoopbackServer server = LoopbackServer.answeringJson("{}")) {
			URI unsafe = URI.create("http://api.example.org");
			Queue<URI> addresses = new ArrayDeque<>(
					List.of(server.uri(), unsafe, unsafe, server.uri(), server.uri(), unsafe));
			ElevenLabsClient client = new ElevenLabsClient(WebClient.create(), addresses::remove, () -> "key",
					new Timeouts(LONG_ENOUGH, LONG_ENOUGH), Schedulers.parallel());
			assertAnswered(client);
			assertRefused(client);
			assertRefused(client);
			assertAnswered(client);
			assertAnswered(client);
			assertRefused(client);
		}
	}

	private static void assertAnswered(ElevenLabsClient client) {
		StepVerifier.create(exchange(client)).expectNext(2).expectComplete().verify(LONG_ENOUGH);
	}

	private static void assertRefused(ElevenLabsClient client) {
		StepVerifier.create(exchange(client)).expectErrorSatisfies((error) -> {
			assertThat(error).isInstanceOf(ElevenLabsRejectedException.class).hasMessageContaining("https");
			assertThat(((ElevenLabsRejectedException) error).getKind()).isEqualTo(ErrorKind.INVALID);
		}).verify(LONG_ENOUGH);
	}

	private static Mono<Integer> exchange(ElevenLabsClient client) {
		return client.proceed(new Call(Operation.EXCHANGE, ApiRequest.get("/v1/x")))
			.reduce(0, (size, part) -> size + part.size());
	}

}
