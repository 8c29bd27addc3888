package io.github.elevenspring.cache;

import java.io.ByteArrayOutputStream;

import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CacheResult;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.util.context.Context;

/**
 * Reads an answer at its own pace, and holds on to all it sees. Finds fault with signals
 * that must not come.
 */
class Caller extends BaseSubscriber<ReplyPart> {

	final CallProgress progress = new CallProgress();

	private final long initialDemand;

	final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

	volatile ReplyPart.Head head;

	volatile CacheResult resultAtHead;

	volatile Throwable error;

	volatile boolean completed;

	volatile String fault;

	private volatile Thread inside;

	Caller(long initialDemand) {
		this.initialDemand = initialDemand;
	}

	static Caller of(Flux<ReplyPart> reply) {
		return of(reply, Long.MAX_VALUE);
	}

	static Caller of(Flux<ReplyPart> reply, long initialDemand) {
		return new Caller(initialDemand).read(reply);
	}

	Caller read(Flux<ReplyPart> reply) {
		reply.contextWrite(Context.of(CallProgress.class, this.progress)).subscribe(this);
		return this;
	}

	boolean isEnded() {
		return this.completed || this.error != null;
	}

	byte[] received() {
		return this.bytes.toByteArray();
	}

	CacheResult result() {
		return this.progress.delivery().cache();
	}

	ErrorKind kind() {
		return (this.error instanceof ElevenLabsException failure) ? failure.getKind() : null;
	}

	@Override
	protected void hookOnSubscribe(Subscription subscription) {
		if (this.initialDemand > 0) {
			request(this.initialDemand);
		}
	}

	@Override
	protected void hookOnNext(ReplyPart part) {
		Thread thread = Thread.currentThread();
		if (this.inside != null) {
			this.fault = "two signals at a time";
		}
		this.inside = thread;
		if (isEnded()) {
			this.fault = "a part after the end";
		}
		if (part instanceof ReplyPart.Head first) {
			if (this.head != null) {
				this.fault = "two heads";
			}
			this.resultAtHead = result();
			this.head = first;
		}
		else if (this.head == null) {
			this.fault = "no head";
		}
		else {
			byte[] chunk = ((ReplyPart.Chunk) part).ownBytes();
			this.bytes.writeBytes(chunk);
			java.util.Arrays.fill(chunk, (byte) -1);
		}
		received(part);
		this.inside = null;
	}

	void received(ReplyPart part) {
	}

	@Override
	protected void hookOnError(Throwable error) {
		if (isEnded()) {
			this.fault = "two ends";
		}
		this.error = error;
	}

	@Override
	protected void hookOnComplete() {
		if (isEnded()) {
			this.fault = "two ends";
		}
		this.completed = true;
	}

}
