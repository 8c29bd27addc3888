package io.github.elevenspring.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Lets contenders take turns, so that a machine with other work to do troubles them
 * alike. Each has the same number of callers, who make one call after the other. What is
 * compared is what two of them did in the same round.
 */
final class Rounds {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private static final int MOST_CALLS = 1 << 18;

	private static final AtomicInteger NUMBER = new AtomicInteger();

	private final Map<String, List<Round>> rounds = new LinkedHashMap<>();

	private Rounds() {
	}

	/**
	 * Run.
	 * @param contenders who takes turns
	 * @param callers callers at once
	 * @param count how many rounds
	 * @param length length of a turn
	 */
	static Rounds of(List<Contender> contenders, int callers, int count, Duration length) {
		Rounds result = new Rounds();
		Scheduler threads = Schedulers.newBoundedElastic(callers, callers, "callers", 600, true);
		try {
			for (int i = 0; i < count; i++) {
				for (int j = 0; j < contenders.size(); j++) {
					// Who went first goes last in the next round.
					Contender contender = contenders.get((i % 2 == 0) ? j : contenders.size() - 1 - j);
					result.rounds.computeIfAbsent(contender.name(), (name) -> new ArrayList<>())
						.add(turn(contender, callers, length, threads));
				}
			}
		}
		finally {
			threads.dispose();
		}
		return result;
	}

	/**
	 * Return the median of all rounds.
	 */
	double median(String contender, ToDoubleFunction<Round> value) {
		return quantile(rounds(contender).stream().mapToDouble(value), 0.5);
	}

	/**
	 * Return what one did, divided by what the other did in the same round.
	 * @param quantile which of the rounds, 0.5 for the median
	 */
	double ratio(String contender, String other, ToDoubleFunction<Round> value, double quantile) {
		return inEachRound(contender, other, value, (mine, theirs) -> mine / theirs, quantile);
	}

	/**
	 * Return the median of what one had more than the other in the same round.
	 */
	double added(String contender, String other, ToDoubleFunction<Round> value) {
		return inEachRound(contender, other, value, (mine, theirs) -> mine - theirs, 0.5);
	}

	private double inEachRound(String contender, String other, ToDoubleFunction<Round> value,
			DoubleBinaryOperator comparison, double quantile) {
		List<Round> of = rounds(contender);
		List<Round> to = rounds(other);
		return quantile(IntStream.range(0, of.size())
			.mapToDouble(
					(i) -> comparison.applyAsDouble(value.applyAsDouble(of.get(i)), value.applyAsDouble(to.get(i)))),
				quantile);
	}

	/**
	 * Return a quantile, between the two values beside it where it lies between two.
	 */
	private static double quantile(DoubleStream values, double quantile) {
		double[] sorted = values.sorted().toArray();
		double position = (sorted.length - 1) * quantile;
		double below = sorted[(int) Math.floor(position)];
		double above = sorted[(int) Math.ceil(position)];
		return below + (above - below) * (position - Math.floor(position));
	}

	private List<Round> rounds(String contender) {
		return this.rounds.getOrDefault(contender, List.of());
	}

	private static Round turn(Contender contender, int callers, Duration length, Scheduler threads) {
		long[] times = new long[MOST_CALLS];
		AtomicInteger calls = new AtomicInteger();
		long allocated = allocated();
		long cpu = SYSTEM.getProcessCpuTime();
		long begin = System.nanoTime();
		Mono<Void> call = Mono.defer(() -> {
			long called = System.nanoTime();
			return contender.call().apply(nextText()).doOnNext((size) -> {
				if (size != SpeechServer.AUDIO_SIZE) {
					throw new IllegalStateException(contender.name() + " got " + size + " bytes");
				}
				times[calls.getAndIncrement()] = System.nanoTime() - called;
			}).then();
		});
		Flux.range(0, callers)
			.flatMap((caller) -> call.repeat(() -> System.nanoTime() - begin < length.toNanos()).subscribeOn(threads),
					callers)
			.blockLast();
		double seconds = (System.nanoTime() - begin) / 1e9;
		int count = calls.get();
		Arrays.sort(times, 0, count);
		return new Round(count / seconds, times[count / 2], times[(int) (count * 0.99)],
				(double) (SYSTEM.getProcessCpuTime() - cpu) / count, (double) (allocated() - allocated) / count);
	}

	/**
	 * Return a text nobody has asked for before.
	 */
	private static String nextText() {
		return "Welcome back! Your order is on its way, and the number to ask for is " + NUMBER.incrementAndGet() + ".";
	}

	private static long allocated() {
		long[] ids = Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
			.filter((thread) -> thread != null && !thread.getThreadName().startsWith(SpeechServer.THREADS))
			.mapToLong(ThreadInfo::getThreadId)
			.toArray();
		return Arrays.stream(THREADS.getThreadAllocatedBytes(ids)).filter((bytes) -> bytes > 0).sum();
	}

	/**
	 * What one contender did in one turn. Times are in nanoseconds.
	 *
	 * @param perSecond calls a second
	 * @param p50 median time of a call
	 * @param p99 time that one call of a hundred takes longer than
	 * @param cpu time of the processors for a call, that of the server among it
	 * @param allocated bytes allocated for a call, without those of the server
	 */
	record Round(double perSecond, double p50, double p99, double cpu, double allocated) {

	}

}
