package io.github.elevenspring.observation;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.model.ReplyMetadata;
import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * What an observation of a call knows. The reply and the outcome are filled in as the
 * call goes on.
 *
 * @since 0.1.0
 */
public class ElevenLabsObservationContext extends Observation.Context {

	private final Call call;

	private volatile @Nullable ReplyMetadata reply;

	private volatile Outcome outcome = Outcome.PENDING;

	/**
	 * Create a context.
	 * @param call the call that is observed
	 */
	public ElevenLabsObservationContext(Call call) {
		this.call = call;
	}

	/**
	 * Return the call that is observed. Its request holds the user's text: nothing of
	 * that belongs in telemetry.
	 * @return the call
	 */
	public Call getCall() {
		return this.call;
	}

	/**
	 * Return what the service said about the reply.
	 * @return the metadata, or {@code null} if there was no reply
	 */
	public @Nullable ReplyMetadata getReply() {
		return this.reply;
	}

	void setReply(ReplyMetadata reply) {
		this.reply = reply;
	}

	/**
	 * Return how the call ended.
	 * @return the outcome, {@link Outcome#PENDING} while the call runs
	 */
	public Outcome getOutcome() {
		return this.outcome;
	}

	void setOutcome(Outcome outcome) {
		this.outcome = outcome;
	}

	/**
	 * How a call ended.
	 */
	public enum Outcome {

		/**
		 * Not yet: the call is still running.
		 */
		PENDING,

		/**
		 * With a whole reply.
		 */
		SUCCESS,

		/**
		 * With an error.
		 */
		ERROR,

		/**
		 * The caller lost interest.
		 */
		CANCELLED

	}

}
