package io.github.elevenspring.test.simulator;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import org.jspecify.annotations.Nullable;

import org.springframework.util.Assert;

/**
 * The faults that are to come: some for the next requests, some for a share of all. Which
 * requests belong to the share follows from the seed alone, so a run repeats. Safe for
 * use by several threads.
 *
 * @since 0.1.0
 */
public final class Faults {

	private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

	private final List<Planned> planned = new LinkedList<>();

	private final long seed;

	private double rate;

	private List<Fault> choice = List.of();

	private long requests;

	private final Map<Fault, Long> injected = new HashMap<>();

	Faults(long seed) {
		this.seed = seed;
	}

	/**
	 * Spoil the next request.
	 * @param fault what goes wrong
	 */
	public void next(Fault fault) {
		next("", fault, 1);
	}

	/**
	 * Spoil the next requests of a path.
	 * @param path a part of the path, such as {@code /stream}
	 * @param fault what goes wrong
	 * @param times the number of requests
	 */
	public synchronized void next(String path, Fault fault, int times) {
		Assert.isTrue(times > 0, "'times' must be positive");
		for (int i = 0; i < times; i++) {
			this.planned.add(new Planned(path, fault));
		}
	}

	/**
	 * Spoil a share of all requests from now on. Replaces the share set before.
	 * @param rate the share, 0 to 1
	 * @param faults what goes wrong, one of these each time
	 */
	public synchronized void rate(double rate, Fault... faults) {
		Assert.isTrue(rate >= 0 && rate <= 1, "'rate' must be between 0 and 1");
		Assert.isTrue(rate == 0 || faults.length > 0, "'faults' must not be empty");
		this.rate = rate;
		this.choice = List.of(faults);
		this.requests = 0;
	}

	/**
	 * Forget all faults that are to come.
	 */
	public synchronized void clear() {
		this.planned.clear();
		this.rate = 0;
		this.choice = List.of();
		this.requests = 0;
		this.injected.clear();
	}

	/**
	 * Return how many of the planned faults have not met their request yet.
	 * @return the number
	 */
	public synchronized int pending() {
		return this.planned.size();
	}

	/**
	 * Return how many requests met a fault.
	 * @return the number
	 */
	public synchronized long injected() {
		return this.injected.values().stream().mapToLong(Long::longValue).sum();
	}

	/**
	 * Return how many requests met one fault.
	 * @param fault the fault, the very one that was to come
	 * @return the number
	 */
	public synchronized long injected(Fault fault) {
		return this.injected.getOrDefault(fault, 0L);
	}

	synchronized @Nullable Fault take(String path) {
		Fault fault = takePlanned(path);
		if (fault == null) {
			fault = draw();
		}
		if (fault != null) {
			this.injected.merge(fault, 1L, Long::sum);
		}
		return fault;
	}

	private @Nullable Fault takePlanned(String path) {
		for (Iterator<Planned> candidates = this.planned.iterator(); candidates.hasNext();) {
			Planned candidate = candidates.next();
			if (path.contains(candidate.path())) {
				candidates.remove();
				return candidate.fault();
			}
		}
		return null;
	}

	private @Nullable Fault draw() {
		if (this.choice.isEmpty()) {
			return null;
		}
		SplittableRandom random = new SplittableRandom(this.seed + GOLDEN_GAMMA * ++this.requests);
		boolean hit = random.nextDouble() < this.rate;
		return hit ? this.choice.get(random.nextInt(this.choice.size())) : null;
	}

	/**
	 * A fault that waits for its request.
	 */
	private record Planned(String path, Fault fault) {

	}

}
