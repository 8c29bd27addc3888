package io.github.elevenspring.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Lets contenders take turns, so that a machine with other work to do troubles them
 * alike. What is compared is what two of them did in the same round.
 */
final class Rounds {

	private final Random random = new Random(42);

	private final Map<Contender, List<Round>> rounds = new EnumMap<>(Contender.class);

	/**
	 * Run more rounds, in each of which they go in another order: whoever comes after
	 * another one finds caches of the processor that are full of its work.
	 * @param forks who takes turns
	 * @param count how many rounds
	 * @param length length of a turn
	 */
	void take(List<Fork> forks, int count, Duration length) {
		for (int i = 0; i < count; i++) {
			List<Fork> order = new ArrayList<>(forks);
			Collections.shuffle(order, this.random);
			for (Fork fork : order) {
				this.rounds.computeIfAbsent(fork.contender(), (key) -> new ArrayList<>()).add(fork.take(length));
			}
		}
	}

	/**
	 * Add the rounds of others of the same contenders.
	 */
	void add(Rounds others) {
		others.rounds.forEach((contender, rounds) -> this.rounds.computeIfAbsent(contender, (key) -> new ArrayList<>())
			.addAll(rounds));
	}

	/**
	 * Return the median of all rounds.
	 */
	double median(Contender contender, ToDoubleFunction<Round> value) {
		return quantile(rounds(contender).stream().mapToDouble(value), 0.5);
	}

	/**
	 * Return what one did, divided by what the other did in the same round.
	 * @param quantile which of the rounds, 0.5 for the median
	 */
	double ratio(Contender contender, Contender other, ToDoubleFunction<Round> value, double quantile) {
		return inEachRound(contender, other, value, (mine, theirs) -> mine / theirs, quantile);
	}

	/**
	 * Return the bounds between which the median of endlessly many such rounds lies with
	 * a confidence of 95 %: by rank, which asks nothing of how they are distributed.
	 */
	double[] boundsOfMedianRatio(Contender contender, Contender other, ToDoubleFunction<Round> value) {
		int count = rounds(contender).size();
		double steps = Math.max(0, Math.floor(count / 2.0 - 0.98 * Math.sqrt(count)) - 1);
		double quantile = (count > 1) ? steps / (count - 1) : 0;
		return new double[] { ratio(contender, other, value, quantile), ratio(contender, other, value, 1 - quantile) };
	}

	/**
	 * Return the median of what one had more than the other in the same round.
	 */
	double added(Contender contender, Contender other, ToDoubleFunction<Round> value) {
		return inEachRound(contender, other, value, (mine, theirs) -> mine - theirs, 0.5);
	}

	private double inEachRound(Contender contender, Contender other, ToDoubleFunction<Round> value,
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

	private List<Round> rounds(Contender contender) {
		return this.rounds.getOrDefault(contender, List.of());
	}

}
