package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * One contender beside others, before a service that takes its time, as speech does, and
 * before one that takes none, which leaves nothing but the cost. Each contender gets a
 * new JVM several times, since the compiler is in luck in one and not in another, and
 * takes turns unseen in each until its compiler has little left to do.
 */
final class Comparison {

	private static final Duration SERVICE_TIME = Duration.ofMillis(20);

	private static final int CALLERS = 20;

	/**
	 * As much of a turn as a compiler that rests may be at work, and how many turns in a
	 * row it must have rested for that.
	 */
	private static final double RESTING = 0.05;

	private static final int RESTS = 5;

	/**
	 * How often a call of a peer may have no end.
	 */
	private static final int MOST_HANGS = 2;

	private final int forks;

	private final int rounds;

	private final int mostUnseenTurns;

	/**
	 * Create a comparison.
	 * @param forks how many JVMs each contender gets, one after the other
	 * @param rounds how many rounds there are in each
	 * @param mostUnseenTurns how many turns are unseen at the most, for each time that
	 * the service takes
	 */
	Comparison(int forks, int rounds, int mostUnseenTurns) {
		this.forks = forks;
		this.rounds = rounds;
		this.mostUnseenTurns = mostUnseenTurns;
	}

	/**
	 * Let them take turns.
	 * @param contenders who takes turns
	 * @param turn length of a turn
	 * @return the rounds by the time the service took
	 */
	Map<Duration, Rounds> run(List<Contender> contenders, Duration turn) {
		Map<Duration, Rounds> all = new LinkedHashMap<>();
		try (SpeechServer server = SpeechServer.speaking()) {
			int hangs = 0;
			for (int i = 0; i < this.forks; i++) {
				try {
					runForks(contenders, server, turn)
						.forEach((time, rounds) -> all.computeIfAbsent(time, (key) -> new Rounds()).add(rounds));
				}
				catch (ForkHangsException ex) {
					if (++hangs > MOST_HANGS) {
						throw ex;
					}
					System.err.println(ex.getMessage() + ": another set of JVMs is started");
					i--;
				}
			}
		}
		return all;
	}

	private Map<Duration, Rounds> runForks(List<Contender> contenders, SpeechServer server, Duration turn) {
		List<Fork> forks = new ArrayList<>();
		try {
			contenders.forEach((contender) -> forks.add(new Fork(contender, server, CALLERS)));
			Rounds quick = run(forks, server, Duration.ZERO, turn);
			Rounds slow = run(forks, server, SERVICE_TIME, turn);
			Map<Duration, Rounds> both = new LinkedHashMap<>();
			both.put(SERVICE_TIME, slow);
			both.put(Duration.ZERO, quick);
			return both;
		}
		finally {
			forks.forEach(Fork::close);
		}
	}

	private Rounds run(List<Fork> forks, SpeechServer server, Duration serviceTime, Duration turn) {
		server.takes(serviceTime);
		warmUp(forks, turn);
		Rounds rounds = new Rounds();
		rounds.take(forks, this.rounds, turn);
		return rounds;
	}

	/**
	 * Let each take turns until its compiler rests: one that has more code to compile
	 * would else be measured while that goes on.
	 */
	private void warmUp(List<Fork> forks, Duration turn) {
		Map<Fork, Integer> rests = new HashMap<>();
		List<Fork> busy = new ArrayList<>(forks);
		for (int i = 0; i < this.mostUnseenTurns && !busy.isEmpty(); i++) {
			for (Fork fork : busy) {
				boolean resting = fork.take(turn).compiling() < RESTING * turn.toNanos();
				rests.put(fork, resting ? rests.getOrDefault(fork, 0) + 1 : 0);
			}
			busy.removeIf((fork) -> rests.getOrDefault(fork, 0) >= RESTS);
		}
		for (Fork fork : busy) {
			System.err.println(fork.contender() + " is measured while its code is still compiled: raise -Dunseen");
		}
	}

	/**
	 * Return what is asked for where the service takes its time, and a dash where not.
	 */
	static String asked(Duration serviceTime, String what) {
		return serviceTime.equals(SERVICE_TIME) ? what : "-";
	}

	/**
	 * Report on one contender beside another.
	 */
	static List<Figure> report(String load, Rounds rounds, Contender one, Contender other, String throughput,
			String added) {
		List<Figure> figures = new ArrayList<>();
		String name = load + one + " beside " + other + ": ";
		figures.add(new Figure(name + "throughput", Figure.percent(rounds.ratio(one, other, Round::perSecond, 0.5)),
				throughput));
		figures.add(Figure.of(name + "middle half of the rounds",
				Figure.percent(rounds.ratio(one, other, Round::perSecond, 0.25)) + " to "
						+ Figure.percent(rounds.ratio(one, other, Round::perSecond, 0.75))));
		double[] bounds = rounds.boundsOfMedianRatio(one, other, Round::perSecond);
		figures.add(Figure.of(name + "median with 95 % confidence",
				Figure.percent(bounds[0]) + " to " + Figure.percent(bounds[1])));
		figures.add(new Figure(name + "p99 added", micros(rounds.added(one, other, Round::p99)), added));
		figures.add(Figure.of(name + "p50 added", micros(rounds.added(one, other, Round::p50))));
		figures.add(Figure.of(name + "calls a second", pair(rounds, one, other, Round::perSecond, 1)));
		figures.add(Figure.of(name + "p99, us", pair(rounds, one, other, Round::p99, 1e3)));
		figures.add(Figure.of(name + "CPU a call, us", pair(rounds, one, other, Round::cpu, 1e3)));
		figures.add(Figure.of(name + "allocated a call, B", pair(rounds, one, other, Round::allocated, 1)));
		return figures;
	}

	private static String pair(Rounds rounds, Contender one, Contender other, ToDoubleFunction<Round> value,
			double unit) {
		return String.format("%,.0f to %,.0f", rounds.median(one, value) / unit, rounds.median(other, value) / unit);
	}

	private static String micros(double nanos) {
		return String.format("%.0f us", nanos / 1e3);
	}

}
