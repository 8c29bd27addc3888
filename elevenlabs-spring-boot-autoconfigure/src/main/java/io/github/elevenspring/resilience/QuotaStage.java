package io.github.elevenspring.resilience;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallChain;
import io.github.elevenspring.call.CallStage;
import io.github.elevenspring.call.ReplyOperator;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsApiException;
import io.github.elevenspring.error.ElevenLabsRejectedException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.speech.SpeechRequest;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * Passes speech through the {@link QuotaGate}, and tells the gate what the service
 * refuses for lack of credits, and what it speaks. Stands in front of the queue and again
 * behind it, since credits can run out while a call waits. Thread-safe.
 *
 * @since 0.1.0
 */
public final class QuotaStage implements CallStage {

	private final QuotaGate gate;

	/**
	 * Create a stage.
	 * @param gate the gate of the account
	 */
	public QuotaStage(QuotaGate gate) {
		this.gate = gate;
	}

	@Override
	public Flux<ReplyPart> handle(Call call, CallChain next) {
		if (!(call.request() instanceof SpeechRequest speech)) {
			return next.proceed(call);
		}
		Flux<ReplyPart> reply = next.proceed(call, (actual) -> new QuotaOperator(actual, speech, this.gate));
		return Flux.defer(() -> {
			ElevenLabsRejectedException refusal = this.gate.refusal(speech);
			return (refusal != null) ? Flux.error(refusal) : reply;
		});
	}

	/**
	 * Tells the gate whether the account could pay.
	 */
	private static final class QuotaOperator extends ReplyOperator {

		private final SpeechRequest speech;

		private final QuotaGate gate;

		QuotaOperator(CoreSubscriber<? super ReplyPart> actual, SpeechRequest speech, QuotaGate gate) {
			super(actual);
			this.speech = speech;
			this.gate = gate;
		}

		@Override
		public void onError(Throwable error) {
			try {
				if (error instanceof ElevenLabsApiException answer && answer.getKind() == ErrorKind.QUOTA) {
					this.gate.refusedByService(this.speech);
				}
			}
			finally {
				super.onError(error);
			}
		}

		@Override
		public void onComplete() {
			try {
				this.gate.spoken(this.speech);
			}
			finally {
				super.onComplete();
			}
		}

	}

}
