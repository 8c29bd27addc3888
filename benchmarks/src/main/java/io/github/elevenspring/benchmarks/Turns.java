package io.github.elevenspring.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A program in which one contender takes turns: for each line on its standard input,
 * which holds the length in milliseconds, callers make one call after the other for so
 * long, and what came of it is written on its standard output. It ends with its input.
 *
 * @see Fork
 */
final class Turns {

	/**
	 * How a line begins that holds a round.
	 */
	static final String ROUND = "round ";

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private static final CompilationMXBean COMPILER = ManagementFactory.getCompilationMXBean();

	private static final int MOST_CALLS = 1 << 18;

	private static final AtomicInteger NUMBER = new AtomicInteger();

	private Turns() {
	}

	/**
	 * Run.
	 * @param args the contender, the address of the server, and how many callers there
	 * are
	 */
	public static void main(String[] args) throws IOException {
		// Its input does not tell the end of the parent while a call never ends
		ProcessHandle.current()
			.parent()
			.ifPresent((parent) -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(1)));
		int callers = Integer.parseInt(args[2]);
		Scheduler threads = Schedulers.newBoundedElastic(callers, callers, "callers", 600, true);
		try (Starter starter = Starter.withEverything(args[1])) {
			Function<String, Mono<Integer>> calls = Contender.valueOf(args[0]).calls(starter);
			BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			for (String line = input.readLine(); line != null; line = input.readLine()) {
				Round round = take(calls, callers, Duration.ofMillis(Long.parseLong(line)), threads);
				System.out.println(ROUND + round.line());
			}
			System.exit(0);
		}
		catch (Throwable ex) {
			ex.printStackTrace();
			System.exit(1);
		}
	}

	private static Round take(Function<String, Mono<Integer>> calls, int callers, Duration length, Scheduler threads) {
		long[] times = new long[MOST_CALLS];
		AtomicInteger count = new AtomicInteger();
		long allocated = allocated();
		long compiling = COMPILER.getTotalCompilationTime();
		long cpu = SYSTEM.getProcessCpuTime();
		long begin = System.nanoTime();
		Mono<Void> call = Mono.defer(() -> {
			long called = System.nanoTime();
			return calls.apply(nextText()).doOnNext((size) -> {
				if (size != SpeechServer.AUDIO_SIZE) {
					throw new IllegalStateException("Got " + size + " bytes");
				}
				times[count.getAndIncrement()] = System.nanoTime() - called;
			}).then();
		});
		Flux.range(0, callers)
			.flatMap((caller) -> call.repeat(() -> System.nanoTime() - begin < length.toNanos()).subscribeOn(threads),
					callers)
			.blockLast();
		double seconds = (System.nanoTime() - begin) / 1e9;
		int made = count.get();
		Arrays.sort(times, 0, made);
		return new Round(made / seconds, times[made / 2], times[(int) (made * 0.99)],
				(double) (SYSTEM.getProcessCpuTime() - cpu) / made, (double) (allocated() - allocated) / made,
				1e6 * (COMPILER.getTotalCompilationTime() - compiling));
	}

	/**
	 * Return a text nobody has asked for before.
	 */
	private static String nextText() {
		return "Welcome back! Your order is on its way, and the number to ask for is " + NUMBER.incrementAndGet() + ".";
	}

	private static long allocated() {
		long[] ids = Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
			.filter((thread) -> thread != null)
			.mapToLong(ThreadInfo::getThreadId)
			.toArray();
		return Arrays.stream(THREADS.getThreadAllocatedBytes(ids)).filter((bytes) -> bytes > 0).sum();
	}

}
