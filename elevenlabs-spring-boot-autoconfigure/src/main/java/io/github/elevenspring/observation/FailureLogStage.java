package io.github.elevenspring.observation;

import java.util.concurrent.TimeUnit;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.model.Degradation;
import io.github.elevenspring.model.Delivery;
import io.github.elevenspring.model.ReplyMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;

/**
 * Writes one line for each call that failed, with its facts as key-value pairs, which
 * structured logging takes over. The level says who has to look: faults of the service
 * and of the account are warnings, what was refused here is information unless the key is
 * missing, and what the caller did wrong shows in debugging only. A call that was
 * cancelled did not fail. Neither text nor tenant nor key is in the line. Thread-safe.
 *
 * @since 0.1.0
 */
public final class FailureLogStage implements CallStage {

	private static final Logger logger = LoggerFactory.getLogger(FailureLogStage.class);

	@Override
	public Flux<ReplyPart> handle(Call call, CallChain next) {
		return next.proceed(call, (actual) -> new FailureLogOperator(actual, call));
	}

	private static void add(LoggingEventBuilder line, String key, @Nullable Object value) {
		if (value != null) {
			line.addKeyValue(key, value);
		}
	}

	private static Level levelOf(Throwable error) {
		if (!(error instanceof ElevenLabsException ex)) {
			return Level.ERROR;
		}
		return switch (ex.getKind()) {
			case INVALID, NOT_FOUND, CONFLICT -> Level.DEBUG;
			case AUTH -> Level.WARN;
			default -> (ex instanceof ElevenLabsRejectedException) ? Level.INFO : Level.WARN;
		};
	}

	private static String kindOf(Throwable error) {
		return (error instanceof ElevenLabsException ex) ? ex.getKind().name() : error.getClass().getSimpleName();
	}

	/**
	 * Messages of our own hold neither text nor key; of others nobody knows.
	 */
	private static @Nullable String reasonOf(Throwable error) {
		return (error instanceof ElevenLabsException) ? error.getMessage() : "see the error that the caller got";
	}

	/**
	 * Logs the error of one call.
	 */
	private static final class FailureLogOperator extends ReplyOperator {

		private final Call call;

		private final long since = System.nanoTime();

		private @Nullable ReplyMetadata metadata;

		FailureLogOperator(CoreSubscriber<? super ReplyPart> actual, Call call) {
			super(actual);
			this.call = call;
		}

		@Override
		public void onNext(ReplyPart part) {
			if (part instanceof ReplyPart.Head head) {
				this.metadata = head.metadata();
			}
			super.onNext(part);
		}

		@Override
		public void onError(Throwable error) {
			try {
				log(error);
			}
			catch (Throwable ex) {
				Exceptions.throwIfJvmFatal(ex);
				logger.warn("A failed call could not be logged", ex);
			}
			super.onError(error);
		}

		private void log(Throwable error) {
			Delivery delivery = CallProgress.of(currentContext()).delivery();
			long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.since);
			LoggingEventBuilder line = logger.atLevel(levelOf(error));
			add(line, "elevenlabs.operation", this.call.operation().id());
			add(line, "elevenlabs.model", this.call.modelId());
			add(line, "elevenlabs.error_kind", kindOf(error));
			add(line, "elevenlabs.request_id", (this.metadata != null) ? this.metadata.requestId() : null);
			add(line, "elevenlabs.trace_id", traceIdOf(error));
			add(line, "elevenlabs.attempts", delivery.attempts());
			add(line, "elevenlabs.queue_wait_ms", delivery.queueWait().toMillis());
			add(line, "elevenlabs.duration_ms", millis);
			add(line, "elevenlabs.bytes_received",
					(error instanceof ElevenLabsException ex) ? ex.getBytesReceived() : null);
			Degradation degradation = delivery.degradation();
			add(line, "elevenlabs.degraded", (degradation != null) ? degradation.kind().id() : null);
			line.log("{} failed with {} after {} attempts and {} ms: {}", this.call.operation().id(), kindOf(error),
					delivery.attempts(), millis, reasonOf(error));
		}

		private @Nullable String traceIdOf(Throwable error) {
			if (error instanceof ElevenLabsApiException answer) {
				return answer.getTraceId();
			}
			return (this.metadata != null) ? this.metadata.traceId() : null;
		}

	}

}
