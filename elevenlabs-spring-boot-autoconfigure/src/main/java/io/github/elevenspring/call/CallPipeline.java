package io.github.elevenspring.call;

import java.util.List;
import java.util.ListIterator;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.util.context.Context;

/**
 * The line of stages a call passes, with the client at its end. Immutable and
 * thread-safe.
 *
 * @since 0.1.0
 */
public final class CallPipeline {

	/**
	 * Order of the stage that refuses what makes no sense. First of all, so that nothing
	 * is counted, queued or sent for it.
	 */
	public static final int ORDER_OF_VALIDATION = 0;

	/**
	 * Order of the stage that observes. What comes later is part of the observed time.
	 */
	public static final int ORDER_OF_OBSERVATION = 1000;

	/**
	 * Order of the stage that writes a line for each call that failed, whatever was tried
	 * for it.
	 */
	public static final int ORDER_OF_FAILURE_LOG = 1500;

	/**
	 * Order of the stage that bounds the time. What comes later is cancelled when the
	 * time is over, what comes before sees the error.
	 */
	public static final int ORDER_OF_DEADLINE = 2000;

	/**
	 * Order of the stage that lets something else answer when a call failed. What comes
	 * later is passed again by each step that calls ElevenLabs.
	 */
	public static final int ORDER_OF_FALLBACK = 3000;

	/**
	 * Order of the stage that keeps answers. What comes later costs slots and credits.
	 */
	public static final int ORDER_OF_CACHE = 4000;

	/**
	 * Order of the stage that repeats. What comes later happens once for each attempt,
	 * and holds nothing between two of them.
	 */
	public static final int ORDER_OF_RETRY = 6000;

	/**
	 * Order of the stage that refuses at once what has no chance, before it waits for a
	 * slot and while it does.
	 */
	public static final int ORDER_OF_OPEN_CIRCUIT = 6500;

	/**
	 * Order of the stage that keeps back what the account cannot pay for.
	 */
	public static final int ORDER_OF_QUOTA = 6600;

	/**
	 * Order of the stage that keeps calls within the plan's concurrency. What comes later
	 * holds a slot of the plan.
	 */
	public static final int ORDER_OF_LIMITER = 7000;

	/**
	 * Order of the stage that keeps back what the account could not pay for while it
	 * waited for a slot.
	 */
	public static final int ORDER_OF_QUOTA_BEHIND_QUEUE = 7500;

	/**
	 * Order of the stage that watches whether the service fails. What comes later is the
	 * work of the service alone.
	 */
	public static final int ORDER_OF_CIRCUIT_BREAKER = 8000;

	private final CallChain line;

	/**
	 * Create a pipeline.
	 * @param stages the stages in the order a call passes them
	 * @param client the end of the line
	 */
	public CallPipeline(List<CallStage> stages, CallChain client) {
		CallChain line = client;
		ListIterator<CallStage> backwards = stages.listIterator(stages.size());
		while (backwards.hasPrevious()) {
			CallStage stage = backwards.previous();
			CallChain next = line;
			line = (call) -> stage.handle(call, next);
		}
		this.line = line;
	}

	/**
	 * Make a call. Nothing happens before subscription; each subscription is a call of
	 * its own. Cancelling ends all work for the call.
	 * @param call the call
	 * @return the head and then the chunks of the reply, or an
	 * {@link io.github.elevenspring.error.ElevenLabsException}
	 */
	public Flux<ReplyPart> execute(Call call) {
		return this.line.proceed(call, ProgressOperator::new);
	}

	/**
	 * Begins the progress of a call, and tells of it in the head of the reply.
	 */
	private static final class ProgressOperator extends ReplyOperator {

		private final CallProgress progress = new CallProgress();

		private final Context context;

		ProgressOperator(CoreSubscriber<? super ReplyPart> actual) {
			super(actual);
			this.context = super.currentContext().put(CallProgress.class, this.progress);
		}

		@Override
		public Context currentContext() {
			return this.context;
		}

		@Override
		public void onNext(ReplyPart part) {
			super.onNext((part instanceof ReplyPart.Head head) ? head.withDelivery(this.progress.delivery()) : part);
		}

	}

}
