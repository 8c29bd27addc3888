package io.github.elevenspring.limiter;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.github.elevenspring.model.Priority;
import org.jspecify.annotations.Nullable;

/**
 * The order of the queue said as plainly as possible, whatever it costs.
 */
class WaitingQueueModel {

	private final Map<Priority, Line> lines = new EnumMap<>(Priority.class);

	private final Map<Priority, Double> shares;

	private final double mostGrowth;

	private final long ageing;

	private @Nullable Waiter chosen;

	WaitingQueueModel(Map<Priority, Double> shares, long ageing) {
		this.shares = shares;
		this.ageing = ageing;
		double sum = shares.values().stream().mapToDouble(Double::doubleValue).sum();
		this.mostGrowth = (sum > 0) ? Math.max(1, Math.min(3, 0.5 / sum)) : 1;
		for (Priority priority : Priority.values()) {
			this.lines.put(priority, new Line());
		}
	}

	List<Waiter> waiters() {
		List<Waiter> waiters = new ArrayList<>();
		this.lines.values().forEach((line) -> waiters.addAll(line.byAge));
		return waiters;
	}

	void addLast(Waiter waiter) {
		Line line = line(waiter);
		line.byAge.add(waiter);
		if (!line.turns.contains(waiter.tenant)) {
			line.turns.add(waiter.tenant);
		}
		line.ofTenant(waiter.tenant).add(waiter);
	}

	void addFirst(Waiter waiter) {
		Line line = line(waiter);
		line.byAge.add(0, waiter);
		line.turns.remove(waiter.tenant);
		line.turns.add(0, waiter.tenant);
		line.ofTenant(waiter.tenant).add(0, waiter);
		if (this.chosen != null && this.chosen.priority == waiter.priority) {
			this.chosen = null;
		}
	}

	void remove(Waiter waiter) {
		line(waiter).remove(waiter);
		if (this.chosen == waiter) {
			this.chosen = null;
		}
	}

	@Nullable Waiter next() {
		if (this.chosen == null) {
			Waiter next = this.lines.values()
				.stream()
				.filter((line) -> !line.byAge.isEmpty())
				.skip(1)
				.filter((line) -> line.owed > 0.999999)
				.findFirst()
				.or(this::highest)
				.map(Line::first)
				.orElse(null);
			if (next == null || next.weight == 1) {
				return next;
			}
			this.chosen = next;
		}
		return this.chosen;
	}

	private Optional<Line> highest() {
		return this.lines.values().stream().filter((line) -> !line.byAge.isEmpty()).findFirst();
	}

	void take(Waiter waiter, long now) {
		this.lines.forEach((priority, line) -> {
			if (priority != Priority.INTERACTIVE && !line.byAge.isEmpty()) {
				double age = now - line.byAge.get(0).waitingSince;
				line.owed += this.shares.getOrDefault(priority, 0.0)
						* Math.min((this.ageing > 0) ? 1 + age / this.ageing : 1, this.mostGrowth);
			}
		});
		Line line = line(waiter);
		line.owed = Math.max(0, line.owed - 1);
		boolean ownTurn = line.turns.get(0).equals(waiter.tenant);
		line.remove(waiter);
		if (ownTurn && line.turns.remove(waiter.tenant)) {
			line.turns.add(waiter.tenant);
		}
		this.chosen = null;
	}

	/**
	 * Return the order in which all would go if no shares were owed.
	 */
	List<Waiter> order() {
		List<Waiter> order = new ArrayList<>();
		Waiter first = this.chosen;
		for (Line line : this.lines.values()) {
			List<String> turns = new ArrayList<>(line.turns);
			Map<String, List<Waiter>> left = new HashMap<>();
			turns.forEach((tenant) -> left.put(tenant, new ArrayList<>(line.ofTenant(tenant))));
			while (!turns.isEmpty()) {
				String tenant = turns.remove(0);
				List<Waiter> own = left.getOrDefault(tenant, List.of());
				order.add(own.remove(0));
				if (!own.isEmpty()) {
					turns.add(tenant);
				}
			}
		}
		if (first != null) {
			order.remove(first);
			order.add(0, first);
		}
		return order;
	}

	int tenants() {
		return this.lines.values().stream().mapToInt((line) -> line.turns.size()).sum();
	}

	private Line line(Waiter waiter) {
		return this.lines.get(waiter.priority);
	}

	private static final class Line {

		/**
		 * The tenants, the one whose turn it is at first.
		 */
		final List<String> turns = new ArrayList<>();

		final List<Waiter> byAge = new ArrayList<>();

		private final Map<String, List<Waiter>> byTenant = new HashMap<>();

		double owed;

		List<Waiter> ofTenant(String tenant) {
			return this.byTenant.computeIfAbsent(tenant, (key) -> new ArrayList<>());
		}

		Waiter first() {
			return ofTenant(this.turns.get(0)).get(0);
		}

		void remove(Waiter waiter) {
			this.byAge.remove(waiter);
			ofTenant(waiter.tenant).remove(waiter);
			if (ofTenant(waiter.tenant).isEmpty()) {
				this.turns.remove(waiter.tenant);
			}
			if (this.byAge.isEmpty()) {
				this.owed = 0;
			}
		}

	}

}
