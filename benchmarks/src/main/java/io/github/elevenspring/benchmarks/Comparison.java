package io.github.elevenspring.benchmarks;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The pipeline beside one other contender.
 */
final class Comparison {

	static final String PIPELINE = "pipeline";

	private Comparison() {
	}

	static void report(List<Figure> figures, String load, Rounds rounds, String other, String throughput,
			String added) {
		String name = load + ", beside " + other + ": ";
		figures.add(new Figure(name + "throughput",
				Figure.percent(rounds.ratio(PIPELINE, other, Rounds.Round::perSecond, 0.5)), throughput));
		figures.add(Figure.of(name + "middle half of the rounds",
				Figure.percent(rounds.ratio(PIPELINE, other, Rounds.Round::perSecond, 0.25)) + " to "
						+ Figure.percent(rounds.ratio(PIPELINE, other, Rounds.Round::perSecond, 0.75))));
		figures.add(new Figure(name + "p99 added", micros(rounds.added(PIPELINE, other, Rounds.Round::p99)), added));
		figures.add(Figure.of(name + "p50 added", micros(rounds.added(PIPELINE, other, Rounds.Round::p50))));
		figures.add(Figure.of(name + "calls a second", pair(rounds, other, Rounds.Round::perSecond, 1)));
		figures.add(Figure.of(name + "p99, us", pair(rounds, other, Rounds.Round::p99, 1e3)));
		figures.add(Figure.of(name + "CPU of both ends a call, us", pair(rounds, other, Rounds.Round::cpu, 1e3)));
		figures.add(Figure.of(name + "allocated a call, B", pair(rounds, other, Rounds.Round::allocated, 1)));
	}

	private static String pair(Rounds rounds, String other, ToDoubleFunction<Rounds.Round> value, double unit) {
		return String.format("%,.0f to %,.0f", rounds.median(PIPELINE, value) / unit,
				rounds.median(other, value) / unit);
	}

	private static String micros(double nanos) {
		return String.format("%.0f us", nanos / 1e3);
	}

}
