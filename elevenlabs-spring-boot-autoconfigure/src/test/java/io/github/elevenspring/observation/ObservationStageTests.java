package io.github.elevenspring.observation;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallPipeline;
import io.github.elevenspring.call.Operation;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.model.catalog.ModelCatalog;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.observation.ElevenLabsObservationContext.Outcome;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

class ObservationStageTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);

	private static final ReplyPart PART = new ReplyPart.Chunk(new byte[] { 1 });

	private final ObservationRegistry registry = ObservationRegistry.create();

	@Test
	void isStoppedBeforeTheCallerHearsOfTheEnd() {
		AtomicReference<Outcome> stopped = new AtomicReference<>(Outcome.PENDING);
		onStop((context) -> stopped.set(context.getOutcome()));
		StepVerifier
			.create(reply(Flux.just(PART)).doOnComplete(() -> assertThat(stopped.get()).isEqualTo(Outcome.SUCCESS)))
			.expectNext(PART)
			.expectComplete()
			.verify(LONG_ENOUGH);
	}

	@Test
	void isStoppedOnceByACallerWhoLeaves() {
		AtomicReference<Outcome> stopped = new AtomicReference<>(Outcome.PENDING);
		onStop((context) -> assertThat(stopped.getAndSet(context.getOutcome())).isEqualTo(Outcome.PENDING));
		StepVerifier.create(reply(Flux.just(PART).concatWith(Flux.never())))
			.expectNext(PART)
			.thenCancel()
			.verify(LONG_ENOUGH);
		assertThat(stopped.get()).isEqualTo(Outcome.CANCELLED);
	}

	@Test
	void doesNotFailACallWhoseHandlerFails() {
		onStop((context) -> {
			throw new IllegalStateException("broken handler");
		});
		StepVerifier.create(reply(Flux.just(PART))).expectNext(PART).expectComplete().verify(LONG_ENOUGH);
		StepVerifier.create(reply(Flux.error(new IllegalArgumentException("mine"))))
			.expectErrorMessage("mine")
			.verify(LONG_ENOUGH);
	}

	private Flux<ReplyPart> reply(Flux<ReplyPart> service) {
		return new CallPipeline(List
			.of(new ObservationStage(this.registry, new DefaultElevenLabsObservationConvention(new ModelCatalog()))),
				(call) -> service)
			.execute(new Call(Operation.SPEECH_STREAM, SpeechRequest.of("Hello")));
	}

	private void onStop(Consumer<ElevenLabsObservationContext> handler) {
		this.registry.observationConfig().observationHandler(new ObservationHandler<ElevenLabsObservationContext>() {

			@Override
			public void onStop(ElevenLabsObservationContext context) {
				handler.accept(context);
			}

			@Override
			public boolean supportsContext(Observation.Context context) {
				return context instanceof ElevenLabsObservationContext;
			}

		});
	}

}
