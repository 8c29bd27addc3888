package io.github.elevenspring.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.github.elevenspring.error.ElevenLabsException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How a call ended, and what its caller had received by then.
 *
 * @param received what arrived, in order
 * @param error the error, or {@code null} if the call completed
 */
record Outcome(List<Object> received, @Nullable Throwable error) {

	/**
	 * Make a call and wait for its end, but not for ever.
	 */
	static Outcome of(Flux<?> call) {
		List<Object> received = new ArrayList<>();
		AtomicReference<Throwable> error = new AtomicReference<>();
		StepVerifier
			.create(call.doOnNext(received::add).doOnError(error::set).then().onErrorResume((ex) -> Mono.empty()))
			.expectComplete()
			.verify(Wire.PATIENCE);
		return new Outcome(received, error.get());
	}

	/**
	 * Return the error, which must be one of ours.
	 */
	ElevenLabsException failure() {
		assertThat(this.error).isInstanceOf(ElevenLabsException.class);
		return (ElevenLabsException) this.error;
	}

}
