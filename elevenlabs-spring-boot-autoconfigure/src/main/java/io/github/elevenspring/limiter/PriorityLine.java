package io.github.elevenspring.limiter;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The waiters of one priority: the tenants take turns, and inside a tenant the first
 * comes first. Joining, leaving and choosing cost the same however many wait. Guarded by
 * the lock of the queue.
 */
final class PriorityLine {

	private final Map<String, TenantLine> tenants = new HashMap<>();

	private @Nullable TenantLine turn;

	private @Nullable Waiter oldest;

	private @Nullable Waiter youngest;

	private int size;

	/**
	 * What this priority is owed of the permits that went to higher ones.
	 */
	double owed;

	int size() {
		return this.size;
	}

	int tenants() {
		return this.tenants.size();
	}

	@Nullable Waiter oldest() {
		return this.oldest;
	}

	@Nullable Waiter youngest() {
		return this.youngest;
	}

	/**
	 * Return whose turn it is.
	 */
	@Nullable Waiter first() {
		return (this.turn != null) ? this.turn.first : null;
	}

	void addLast(Waiter waiter) {
		lineOf(waiter).addLast(waiter);
		waiter.older = this.youngest;
		if (this.youngest == null) {
			this.oldest = waiter;
		}
		else {
			this.youngest.younger = waiter;
		}
		this.youngest = waiter;
		this.size++;
	}

	/**
	 * Put a waiter that had its permit already back to where its turn comes next. Its
	 * tenant moves in the ring, so that nobody is skipped for it.
	 */
	void addFirst(Waiter waiter) {
		TenantLine line = lineOf(waiter);
		line.addFirst(waiter);
		if (line != this.turn) {
			leaveRing(line);
			joinRing(line);
			this.turn = line;
		}
		waiter.younger = this.oldest;
		if (this.oldest == null) {
			this.youngest = waiter;
		}
		else {
			this.oldest.older = waiter;
		}
		this.oldest = waiter;
		this.size++;
	}

	/**
	 * Take out the waiter whose turn it was, and pass the turn on.
	 */
	void take(Waiter waiter) {
		TenantLine line = waiter.line;
		remove(waiter);
		if (line != null && line == this.turn) {
			this.turn = line.next;
		}
	}

	void remove(Waiter waiter) {
		TenantLine line = waiter.line;
		if (line == null) {
			return;
		}
		line.remove(waiter);
		if (line.size == 0) {
			this.tenants.remove(line.tenant);
			leaveRing(line);
		}
		Waiter older = waiter.older;
		Waiter younger = waiter.younger;
		if (older == null) {
			this.oldest = younger;
		}
		else {
			older.younger = younger;
		}
		if (younger == null) {
			this.youngest = older;
		}
		else {
			younger.older = older;
		}
		waiter.older = null;
		waiter.younger = null;
		this.size--;
		if (this.size == 0) {
			this.owed = 0;
		}
	}

	/**
	 * Return how many of this priority go before a waiter: in each round every tenant has
	 * one turn.
	 */
	int ahead(Waiter waiter) {
		TenantLine own = waiter.line;
		if (own == null) {
			return 0;
		}
		int rounds = 0;
		for (Waiter other = waiter.ahead; other != null; other = other.ahead) {
			rounds++;
		}
		return ahead(own, rounds);
	}

	/**
	 * Return how many of this priority go before the next waiter of a tenant.
	 */
	int aheadOfNewcomer(String tenant) {
		TenantLine own = this.tenants.get(tenant);
		return (own != null) ? ahead(own, own.size) : this.tenants.size();
	}

	/**
	 * Return how many of this priority go before the next waiter of a tenant at the most,
	 * at no cost.
	 */
	int mostAheadOfNewcomer(String tenant) {
		TenantLine own = this.tenants.get(tenant);
		int rounds = (own != null) ? own.size : 0;
		return (int) Math.min(this.size, this.tenants.size() * (rounds + 1L));
	}

	private int ahead(TenantLine own, int rounds) {
		int ahead = rounds;
		int turns = rounds + 1;
		for (TenantLine line = this.turn; line != null; line = (line.next != this.turn) ? line.next : null) {
			if (line == own) {
				turns = rounds;
			}
			else {
				ahead += Math.min(line.size, turns);
			}
		}
		return ahead;
	}

	private TenantLine lineOf(Waiter waiter) {
		TenantLine line = this.tenants.get(waiter.tenant);
		if (line == null) {
			line = new TenantLine(waiter.tenant);
			this.tenants.put(waiter.tenant, line);
			joinRing(line);
		}
		return line;
	}

	private void joinRing(TenantLine line) {
		TenantLine turn = this.turn;
		if (turn == null) {
			this.turn = line;
			return;
		}
		line.next = turn;
		line.previous = turn.previous;
		turn.previous.next = line;
		turn.previous = line;
	}

	private void leaveRing(TenantLine line) {
		if (line.next == line) {
			this.turn = null;
			return;
		}
		if (this.turn == line) {
			this.turn = line.next;
		}
		line.previous.next = line.next;
		line.next.previous = line.previous;
	}

}
