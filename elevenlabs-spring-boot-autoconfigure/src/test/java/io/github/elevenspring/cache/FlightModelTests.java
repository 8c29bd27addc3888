package io.github.elevenspring.cache;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

import io.github.elevenspring.call.ReplyPart;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.CallOptions;
import io.github.elevenspring.model.Priority;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Readers who join, read, pause and leave as it pleases them, against a source that
 * answers in pieces of any size, fails or ends.
 */
class FlightModelTests {

	private static final int LIMIT = 40;

	private static final int PART = 64 * 1024;

	/**
	 * With parts so small that the source is asked for one at a time.
	 */
	@Property(tries = 3000)
	void eachReaderSeesTheSourceFromTheStart(@ForAll("steps") List<Step> steps) {
		new World(1).play(steps);
	}

	/**
	 * With parts and a bound so large that the source is asked for two at a time.
	 */
	@Property(tries = 500)
	void theSourceIsAskedForPartsAsLongAsTheyFit(@ForAll("steps") List<Step> steps) {
		new World(PART / 15).play(steps);
	}

	@Provide
	Arbitrary<List<Step>> steps() {
		Arbitrary<Step> step = Arbitraries.frequencyOf(
				net.jqwik.api.Tuple.of(3, Arbitraries.integers().between(0, 5).map((demand) -> new Join(demand))),
				net.jqwik.api.Tuple.of(1, Arbitraries.just(new JoinUrgently())),
				net.jqwik.api.Tuple.of(4, Arbitraries.integers()
					.between(0, 20)
					.flatMap(
							(reader) -> Arbitraries.integers().between(1, 4).map((demand) -> new Ask(reader, demand)))),
				net.jqwik.api.Tuple.of(1, Arbitraries.integers().between(0, 20).map(Leave::new)),
				net.jqwik.api.Tuple.of(8, Arbitraries.integers().between(1, 15).map(Emit::new)),
				net.jqwik.api.Tuple.of(1, Arbitraries.of(true, false).map(End::new)));
		return step.list().ofMinSize(5).ofMaxSize(60);
	}

	sealed interface Step {

	}

	record Join(int demand) implements Step {

	}

	record JoinUrgently() implements Step {

	}

	record Ask(int reader, int demand) implements Step {

	}

	record Leave(int reader) implements Step {

	}

	record Emit(int size) implements Step {

	}

	record End(boolean whole) implements Step {

	}

	/**
	 * The flights, and beside them what each reader must see.
	 */
	private static final class World {

		private final int unit;

		private final int limit;

		private final FakeService service = new FakeService();

		private final CacheStage stage;

		private final List<Model> models = new ArrayList<>();

		private final List<byte[]> emitted = new ArrayList<>();

		private final List<Boolean> ended = new ArrayList<>();

		World(int unit) {
			this.unit = unit;
			this.limit = LIMIT * unit;
			SpeechCache cache = new SpeechCache(List.of(),
					new CacheSettings(Duration.ofDays(1), Duration.ZERO, this.limit), () -> "scope",
					UnaryOperator.identity(), Clock.systemUTC());
			this.stage = new CacheStage(cache, VirtualTimeScheduler.create());
		}

		void play(List<Step> steps) {
			for (Step step : steps) {
				if (step instanceof Join join) {
					join(join.demand(), Priority.NORMAL);
				}
				else if (step instanceof JoinUrgently) {
					join(1, Priority.INTERACTIVE);
				}
				else if (step instanceof Ask ask && ask.reader() < this.models.size()) {
					this.models.get(ask.reader()).caller.request(ask.demand());
				}
				else if (step instanceof Leave leave && leave.reader() < this.models.size()) {
					Model model = this.models.get(leave.reader());
					model.left |= !model.caller.isEnded();
					model.caller.cancel();
				}
				else if (step instanceof Emit emit) {
					emit(emit.size() * this.unit);
				}
				else if (step instanceof End end) {
					end(end.whole());
				}
				check();
			}
			this.models.forEach((model) -> model.caller.request(Long.MAX_VALUE));
			while (live() >= 0) {
				end(true);
			}
			check();
			this.models.forEach((model) -> assertThat(model.left || model.caller.isEnded()).isTrue());
		}

		private void join(int demand, Priority priority) {
			Caller caller = new Caller(demand);
			Model model = new Model(caller);
			this.models.add(model);
			caller.read(this.stage.handle(FakeService.call("Hello", CallOptions.defaults().withPriority(priority)),
					this.service));
			while (this.emitted.size() < this.service.requests.size()) {
				this.emitted.add(new byte[0]);
				this.ended.add(false);
			}
		}

		private boolean isLive(int request) {
			return !this.service.request(request).cancelled && !this.ended.get(request);
		}

		private int live() {
			for (int i = this.service.requests.size() - 1; i >= 0; i--) {
				if (isLive(i)) {
					return i;
				}
			}
			return -1;
		}

		private int firstLive() {
			for (int i = 0; i < this.service.requests.size(); i++) {
				if (isLive(i)) {
					return i;
				}
			}
			return -1;
		}

		private void emit(int size) {
			int live = (size / this.unit % 2 == 0) ? live() : firstLive();
			if (live < 0 || this.service.request(live).demand.get() == 0) {
				return;
			}
			FakeService.Request request = this.service.request(live);
			byte[] before = this.emitted.get(live);
			if (request.progress.attempts() == 0) {
				request.sent().head();
				return;
			}
			byte[] chunk = new byte[size];
			for (int i = 0; i < size; i++) {
				chunk[i] = (byte) (live * 31 + before.length + i & 0x7F);
			}
			byte[] after = Arrays.copyOf(before, before.length + size);
			System.arraycopy(chunk, 0, after, before.length, size);
			this.emitted.set(live, after);
			request.emit(new ReplyPart.Chunk(chunk));
		}

		private void end(boolean whole) {
			int live = live();
			if (live >= 0) {
				this.ended.set(live, true);
				if (whole && this.service.request(live).progress.attempts() > 0) {
					this.service.request(live).complete();
				}
				else {
					this.service.request(live).fail(new IllegalStateException("end of " + live));
				}
			}
		}

		private void check() {
			for (Model model : this.models) {
				Caller caller = model.caller;
				assertThat(caller.fault).isNull();
				byte[] received = caller.received();
				if (received.length > 0) {
					assertThat(this.emitted).anyMatch((source) -> startsWith(source, received));
				}
				if (caller.completed) {
					assertThat(this.emitted).anyMatch((source) -> Arrays.equals(source, received));
				}
				if (caller.error instanceof IllegalStateException) {
					assertThat(this.emitted).anyMatch((source) -> Arrays.equals(source, received));
				}
				else if (caller.error != null) {
					assertThat(caller.kind()).isEqualTo(ErrorKind.TIMEOUT);
				}
			}
			for (int i = 0; i < this.service.requests.size(); i++) {
				if (isLive(i)) {
					assertThat(this.models).anyMatch((model) -> !model.left && !model.caller.isEnded());
				}
			}
			if (live() >= 0 && live() == firstLive() && !this.ended.contains(true)) {
				checkDemand(this.service.request(live()).demand.get(), this.emitted.get(live()).length);
			}
		}

		/**
		 * Below the bound the source is always asked for more, for no more than surely
		 * fits; beyond it for one part at a time at most.
		 */
		private void checkDemand(long demand, int size) {
			if (size <= this.limit) {
				assertThat(demand).isPositive();
				assertThat(demand == 1 || size + demand * PART <= this.limit).isTrue();
			}
			else {
				assertThat(demand).isLessThanOrEqualTo(1);
			}
		}

		private static boolean startsWith(byte[] source, byte[] beginning) {
			return source.length >= beginning.length
					&& Arrays.equals(source, 0, beginning.length, beginning, 0, beginning.length);
		}

	}

	private static final class Model {

		private final Caller caller;

		private boolean left;

		Model(Caller caller) {
			this.caller = caller;
		}

	}

}
