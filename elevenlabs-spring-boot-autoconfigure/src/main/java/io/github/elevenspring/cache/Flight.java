package io.github.elevenspring.cache;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;

import io.github.elevenspring.call.Call;
import io.github.elevenspring.call.CallProgress;
import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ElevenLabsTransportException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CacheResult;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.ReplyMetadata;
import io.github.elevenspring.model.speech.SpeechRequest;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * An answer on its way to all who want it: looked for in the cache, else fetched by one
 * call for all, and kept when it is whole.
 * <p>
 * What arrives is written to a log that each reader reads at its own pace. As long as the
 * log holds the whole answer and no more than the bound, the answer is fetched as fast as
 * it comes, and newcomers read from the beginning. Beyond, only the part is held that the
 * slowest reader has not read; that part does not exceed the bound by more than the part
 * that came last: either the source waits, or, if some reader wants more, those who lag
 * by more than the bound are dropped. (A source whose parts are larger than
 * {@link #LARGEST_PART} may exceed it by {@link #MOST_AT_ONCE} of them.)
 */
final class Flight {

	/**
	 * As much as a part holds that a connection reads at once.
	 */
	private static final int LARGEST_PART = 64 * 1024;

	/**
	 * How many parts the source is asked for together, where they fit.
	 */
	private static final int MOST_AT_ONCE = 16;

	private static final AtomicIntegerFieldUpdater<Flight> STARTING = AtomicIntegerFieldUpdater.newUpdater(Flight.class,
			"starting");

	private final Flights flights;

	private final FlightPlan plan;

	/**
	 * All who read, in the order in which they came: the first bears the cost. Guarded by
	 * this, as all that is not volatile.
	 */
	private final Set<FlightReader> readers = new LinkedHashSet<>();

	private FlightReader @Nullable [] snapshot;

	/**
	 * Where newcomers begin, {@code null} if there may be none any more.
	 */
	private @Nullable FlightLog first;

	private FlightLog last = FlightLog.begin();

	private ReplyPart.@Nullable Head head;

	private @Nullable Attempt attempt;

	private boolean borne;

	private boolean looked;

	private boolean ended;

	private CacheResult result;

	/**
	 * Whether the source is not asked for another part. Written before the readers are
	 * looked at, as they look at this after they have read.
	 */
	private volatile boolean stalled;

	private volatile int starting;

	Flight(Flights flights, FlightPlan plan) {
		this.flights = flights;
		this.plan = plan;
		this.first = this.last;
		this.looked = plan.refreshes() || plan.missedAt() == flights.departures();
		this.result = plan.refreshes() ? CacheResult.BYPASSED : CacheResult.MISS;
	}

	String key() {
		return this.plan.key();
	}

	/**
	 * Let a reader take part from the beginning.
	 * @param reader the reader
	 * @return whether there is room and time to do so
	 */
	boolean join(FlightReader reader) {
		Attempt overtaken = null;
		FlightLog beginning;
		synchronized (this) {
			beginning = this.first;
			if (beginning == null) {
				return false;
			}
			reader.endsAt = endOf(reader);
			this.readers.add(reader);
			this.snapshot = null;
			Attempt current = this.attempt;
			if (current != null && !this.ended) {
				current.extendTo(reader);
				if (this.head == null && current.isLessUrgentThan(reader) && current.progress.withdraw()) {
					overtaken = current;
					this.attempt = null;
				}
			}
		}
		if (overtaken != null) {
			overtaken.cancel();
		}
		begin();
		reader.start(this, beginning);
		return true;
	}

	/**
	 * Let a reader go. The last one takes the call along.
	 */
	void leave(FlightReader reader) {
		Attempt abandoned = null;
		boolean deserted;
		synchronized (this) {
			if (!this.readers.contains(reader)) {
				return;
			}
			boolean alone = this.readers.size() == 1;
			if (alone) {
				settle(reader);
			}
			this.readers.remove(reader);
			this.snapshot = null;
			settle(reader);
			deserted = alone && !this.ended;
			if (deserted) {
				abandoned = this.attempt;
				this.attempt = null;
				this.first = null;
			}
		}
		if (deserted) {
			this.flights.gone(this);
			if (abandoned != null) {
				abandoned.cancel();
			}
		}
		else {
			continueIfStalled();
		}
	}

	/**
	 * Return a part as one reader gets it: of the cost and the effort what falls to it.
	 */
	ReplyPart partFor(FlightReader reader, ReplyPart part) {
		return (part instanceof ReplyPart.Head head && !settle(reader)) ? withoutCost(head) : part;
	}

	/**
	 * Tell a caller once what the cache did for it. The one who came first of those who
	 * are there bears the cost and the effort.
	 * @return whether it is that one
	 */
	synchronized boolean settle(FlightReader reader) {
		if (reader.settled) {
			return false;
		}
		reader.settled = true;
		boolean bears = this.result != CacheResult.HIT && !this.borne && this.readers.contains(reader)
				&& this.readers.iterator().next() == reader;
		if (bears) {
			this.borne = true;
			if (this.attempt != null) {
				reader.progress.add(this.attempt.progress);
			}
		}
		CacheResult told = (bears || this.result == CacheResult.HIT) ? this.result : CacheResult.SHARED;
		reader.progress.cache(told);
		this.flights.cache.count(told);
		return bears;
	}

	/**
	 * Ask the source for more if that had to wait for a reader, and must not any more.
	 */
	void continueIfStalled() {
		if (this.stalled) {
			List<FlightReader> tooSlow = new ArrayList<>();
			Attempt source = null;
			int parts = 0;
			synchronized (this) {
				if (this.stalled && !this.ended && goesOn(tooSlow)) {
					this.stalled = false;
					source = this.attempt;
					parts = batchSize();
					if (source != null) {
						source.outstanding = parts;
					}
				}
			}
			tooSlow.forEach((reader) -> reader.fail(tooSlow(reader)));
			if (source != null) {
				source.request(parts);
			}
		}
	}

	/**
	 * Return how many parts surely fit, at least one.
	 */
	private int batchSize() {
		long room = this.flights.cache.maxEntrySize() - this.last.end();
		return (int) Math.max(1, Math.min(room / LARGEST_PART, MOST_AT_ONCE));
	}

	private boolean goesOn(List<FlightReader> tooSlow) {
		long limit = this.flights.cache.maxEntrySize();
		long end = this.last.end();
		if (end <= limit) {
			return true;
		}
		boolean hungry = false;
		for (FlightReader reader : this.readers) {
			hungry |= reader.isHungryAt(end);
			if (end - reader.position() > limit) {
				tooSlow.add(reader);
			}
		}
		if (hungry && !tooSlow.isEmpty()) {
			tooSlow.forEach(this.readers::remove);
			this.snapshot = null;
			return true;
		}
		boolean room = tooSlow.isEmpty();
		tooSlow.clear();
		return room;
	}

	/**
	 * Begin attempts until one is under way. One that fails while it begins leaves the
	 * next one to the thread that began it.
	 */
	private void begin() {
		if (STARTING.getAndIncrement(this) == 0) {
			do {
				Attempt next = null;
				synchronized (this) {
					if (this.attempt == null && !this.ended && !this.readers.isEmpty()) {
						next = new Attempt(this.readers.iterator().next());
						this.attempt = next;
					}
				}
				if (next != null) {
					next.begin();
				}
			}
			while (STARTING.decrementAndGet(this) != 0);
		}
	}

	private void append(Attempt source, ReplyPart part) {
		FlightReader[] readers;
		boolean tooLarge = false;
		boolean askAgain;
		synchronized (this) {
			if (this.attempt != source) {
				return;
			}
			askAgain = --source.outstanding <= 0;
			if (part instanceof ReplyPart.Head head) {
				this.head = head;
			}
			this.last = this.last.append((part instanceof ReplyPart.Chunk chunk) ? chunk.share() : part);
			if (this.first != null && this.last.end() > this.flights.cache.maxEntrySize()) {
				this.first = null;
				tooLarge = true;
			}
			readers = snapshot();
		}
		if (tooLarge) {
			this.flights.gone(this);
		}
		for (FlightReader reader : readers) {
			reader.wakeUp();
		}
		if (askAgain) {
			this.stalled = true;
			continueIfStalled();
		}
	}

	private void end(Attempt source, @Nullable Throwable error) {
		FlightLog beginning;
		ReplyPart.Head head;
		synchronized (this) {
			if (this.attempt != source || this.ended) {
				if (error != null) {
					Operators.onErrorDropped(error, source.context);
				}
				return;
			}
			beginning = this.first;
			head = this.head;
		}
		if (error == null && beginning != null && head != null && this.result != CacheResult.HIT) {
			keep(head, CachedBody.of(beginning.chunks())).subscribe(null, null, this::forget);
		}
		else {
			forget();
		}
		FlightReader[] readers;
		synchronized (this) {
			this.ended = true;
			this.last = this.last.end(error);
			readers = snapshot();
		}
		for (FlightReader reader : readers) {
			reader.wakeUp();
		}
	}

	private Mono<Void> keep(ReplyPart.Head head, CachedBody body) {
		SpeechCache cache = this.flights.cache;
		return this.plan.kind().isWhole(body) ? cache.put(this.plan.key(), CachedReply.of(head, body, cache.now()))
				: Mono.empty();
	}

	/**
	 * Take no newcomers, and do not hold for them what others have read.
	 */
	private void forget() {
		this.flights.gone(this);
		synchronized (this) {
			this.first = null;
		}
	}

	/**
	 * End an attempt for those it was made for as well as it could be. Others, who have
	 * more time or are more urgent, get another one.
	 */
	private void fail(Attempt source, Throwable error) {
		List<FlightReader> refused = new ArrayList<>();
		boolean goesOn = false;
		synchronized (this) {
			if (this.attempt == source && this.head == null && source.mayBeRepeatedAfter(error)) {
				this.readers.stream().filter((reader) -> !source.isWorseThan(reader)).forEach(refused::add);
				if (refused.size() < this.readers.size()) {
					refused.forEach(this::settle);
					refused.forEach(this.readers::remove);
					this.snapshot = null;
					this.borne = false;
					this.attempt = null;
					goesOn = true;
				}
			}
		}
		if (goesOn) {
			refused.forEach((reader) -> reader.fail(error));
			begin();
		}
		else {
			end(source, error);
		}
	}

	private FlightReader[] snapshot() {
		FlightReader[] snapshot = this.snapshot;
		if (snapshot == null) {
			snapshot = this.readers.toArray(new FlightReader[0]);
			this.snapshot = snapshot;
		}
		return snapshot;
	}

	private long now() {
		return this.flights.timer.now(TimeUnit.NANOSECONDS);
	}

	/**
	 * Return when a caller that named a deadline gives up.
	 */
	private long endOf(FlightReader reader) {
		Duration deadline = reader.options.deadline();
		long now = now();
		return (deadline != null)
				? now + Math.min(TimeUnit.NANOSECONDS.convert(deadline), reader.progress.remaining(now))
				: Long.MAX_VALUE;
	}

	private static boolean isLater(long end, long other) {
		return other != Long.MAX_VALUE && (end == Long.MAX_VALUE || end - other > 0);
	}

	private static ReplyPart.Head withoutCost(ReplyPart.Head head) {
		ReplyMetadata metadata = head.metadata();
		return new ReplyPart.Head(head.status(), head.headers(),
				new ReplyMetadata(metadata.requestId(), metadata.traceId(), metadata.historyItemId(), 0L,
						metadata.currentConcurrentRequests(), metadata.maximumConcurrentRequests(), metadata.region(),
						metadata.synthesisTime()),
				head.delivery());
	}

	private ElevenLabsTransportException tooSlow(FlightReader reader) {
		return new ElevenLabsTransportException(ErrorKind.TIMEOUT,
				"The answer is shared with a caller who reads faster, by more than the "
						+ this.flights.cache.maxEntrySize()
						+ " bytes that are held back: read faster, raise elevenlabs.cache.max-entry-size, or bypass the cache",
				null, reader.position());
	}

	/**
	 * One subscription to the source, made in the name of all who are there.
	 */
	private final class Attempt implements CoreSubscriber<ReplyPart> {

		final CallProgress progress = new CallProgress();

		final Context context;

		/**
		 * How urgent the call is, and when it gives up; {@code null} as long as there is
		 * none. Guarded by the flight.
		 */
		private @Nullable Priority priority;

		private long endsAt;

		/**
		 * How many of the parts that were asked for have not come. Guarded by the flight.
		 */
		private int outstanding;

		private final AtomicReference<@Nullable Subscription> source = new AtomicReference<>();

		Attempt(FlightReader leader) {
			this.context = leader.actual.currentContext().put(CallProgress.class, this.progress);
		}

		void begin() {
			if (this.source.get() != null) {
				return;
			}
			try {
				find().subscribe(this);
			}
			catch (Throwable ex) {
				Exceptions.throwIfJvmFatal(ex);
				onError(ex);
			}
		}

		void request(int parts) {
			Subscription source = this.source.get();
			if (source != null) {
				source.request(parts);
			}
		}

		void cancel() {
			Subscription source = this.source.getAndSet(Operators.cancelledSubscription());
			if (source != null) {
				source.cancel();
			}
		}

		/**
		 * Let the call take as long as one more reader has time.
		 */
		void extendTo(FlightReader reader) {
			long now = now();
			long left = reader.progress.remaining(now);
			if (left > this.progress.remaining(now)) {
				this.progress.endsAt(now + Math.min(left, Long.MAX_VALUE / 2));
			}
		}

		boolean isLessUrgentThan(FlightReader reader) {
			return this.priority != null && reader.options.priority().compareTo(this.priority) < 0;
		}

		boolean isWorseThan(FlightReader reader) {
			return isLessUrgentThan(reader) || isLater(reader.endsAt, this.endsAt);
		}

		/**
		 * Tell whether an error may be due to how urgent the call was and how long it
		 * could wait, and came before anything was generated.
		 */
		boolean mayBeRepeatedAfter(Throwable error) {
			if (this.priority == null || !(error instanceof ElevenLabsException failure)) {
				return false;
			}
			return switch (failure.getKind()) {
				case QUEUE_TIMEOUT, QUEUE_FULL, CONCURRENCY -> !failure.mayHaveBeenBilled();
				case TIMEOUT -> this.progress.attempts() == 0;
				default -> false;
			};
		}

		private Flux<ReplyPart> find() {
			synchronized (Flight.this) {
				if (Flight.this.looked) {
					return fetch();
				}
			}
			SpeechCache cache = Flight.this.flights.cache;
			if (cache.answersAtOnce()) {
				return findAtOnce(cache);
			}
			return cache.find(key(), false)
				.doOnError((error) -> looked(CacheResult.UNAVAILABLE))
				.onErrorResume((error) -> Mono.empty())
				.flatMapMany((kept) -> {
					looked(CacheResult.HIT);
					return kept.parts();
				})
				.switchIfEmpty(Flux.defer(this::fetch));
		}

		private Flux<ReplyPart> findAtOnce(SpeechCache cache) {
			try {
				CachedReply kept = cache.look(key());
				if (kept != null) {
					looked(CacheResult.HIT);
					return kept.parts();
				}
			}
			catch (RuntimeException ex) {
				cache.report(ex);
				looked(CacheResult.UNAVAILABLE);
			}
			return fetch();
		}

		private void looked(CacheResult result) {
			synchronized (Flight.this) {
				Flight.this.result = result;
			}
		}

		private Flux<ReplyPart> fetch() {
			Call call = Flight.this.plan.call();
			synchronized (Flight.this) {
				if (Flight.this.attempt != this) {
					return Flux.never();
				}
				Flight.this.looked = true;
				CallOptions options = call.options();
				FlightReader first = Flight.this.readers.iterator().next();
				if (Flight.this.readers.size() > 1 || first.options != options) {
					options = bestOptions(first);
					call = call.withRequest(((SpeechRequest) call.request()).mutate().options(options).build());
				}
				this.priority = options.priority();
				long now = now();
				long left = 0;
				this.endsAt = first.endsAt;
				for (FlightReader reader : Flight.this.readers) {
					left = Math.max(left, reader.progress.remaining(now));
					this.endsAt = isLater(reader.endsAt, this.endsAt) ? reader.endsAt : this.endsAt;
				}
				if (left != Long.MAX_VALUE) {
					this.progress.endsAt(now + left);
				}
			}
			return Flight.this.plan.next().proceed(call);
		}

		private CallOptions bestOptions(FlightReader first) {
			Priority priority = first.options.priority();
			long end = first.endsAt;
			for (FlightReader reader : Flight.this.readers) {
				Priority other = reader.options.priority();
				priority = (other.compareTo(priority) < 0) ? other : priority;
				end = isLater(reader.endsAt, end) ? reader.endsAt : end;
			}
			return first.options.withPriority(priority)
				.withDeadline((end != Long.MAX_VALUE) ? Duration.ofNanos(Math.max(1, end - now())) : null);
		}

		@Override
		public Context currentContext() {
			return this.context;
		}

		@Override
		public void onSubscribe(Subscription source) {
			if (this.source.compareAndSet(null, source)) {
				int parts;
				synchronized (Flight.this) {
					parts = batchSize();
					this.outstanding = parts;
				}
				source.request(parts);
			}
			else {
				source.cancel();
			}
		}

		@Override
		public void onNext(ReplyPart part) {
			append(this, part);
		}

		@Override
		public void onError(Throwable error) {
			fail(this, error);
		}

		@Override
		public void onComplete() {
			end(this, null);
		}

	}

}
