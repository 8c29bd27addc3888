package io.github.elevenspring.observation;

import java.time.Duration;
import java.util.ArrayList;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

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
	void isStoppedOnceThoughTheEndMeetsACallerWhoLeaves() {
		List<Outcome> stopped = new ArrayList<>();
		onStop((context) -> stopped.add(context.getOutcome()));
		TestPublisher<ReplyPart> source = TestPublisher
			.createNoncompliant(TestPublisher.Violation.CLEANUP_ON_TERMINATE);
		StepVerifier.create(reply(source.flux()))
			.then(() -> source.next(PART))
			.expectNext(PART)
			.thenCancel()
			.verify(LONG_ENOUGH);
		source.complete();
		assertThat(stopped).containsExactly(Outcome.CANCELLED);
	}

	@Test
	void knowsTheErrorOfACallThatFailed() {
		AtomicReference<Throwable> error = new AtomicReference<>();
		onStop((context) -> {
			assertThat(context.getOutcome()).isEqualTo(Outcome.ERROR);
			error.set(context.getError());
		});
		StepVerifier.create(reply(Flux.error(new IllegalArgumentException("mine"))))
			.expectErrorMessage("mine")
			.verify(LONG_ENOUGH);
		assertThat(error.get()).hasMessage("mine");
	}

	@ParameterizedTest
	@ValueSource(strings = { "start", "error", "stop" })
	void doesNotFailACallWhoseHandlerFails(String moment) {
		this.registry.observationConfig().observationHandler(new FailingHandler(moment));
		AtomicReference<Outcome> stopped = new AtomicReference<>(Outcome.PENDING);
		onStop((context) -> stopped.set(context.getOutcome()));
		StepVerifier.create(reply(Flux.error(new IllegalArgumentException("mine"))))
			.expectErrorMessage("mine")
			.verify(LONG_ENOUGH);
		if (!moment.equals("stop")) {
			assertThat(stopped.get()).isEqualTo(Outcome.ERROR);
		}
		StepVerifier.create(reply(Flux.just(PART))).expectNext(PART).expectComplete().verify(LONG_ENOUGH);
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

	/**
	 * A handler of an application that throws.
	 */
	private record FailingHandler(String moment) implements ObservationHandler<ElevenLabsObservationContext> {

		@Override
		public void onStart(ElevenLabsObservationContext context) {
			failAt("start");
		}

		@Override
		public void onError(ElevenLabsObservationContext context) {
			failAt("error");
		}

		@Override
		public void onStop(ElevenLabsObservationContext context) {
			failAt("stop");
		}

		private void failAt(String moment) {
			if (this.moment.equals(moment)) {
				throw new AssertionError("broken handler");
			}
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof ElevenLabsObservationContext;
		}

	}

}
