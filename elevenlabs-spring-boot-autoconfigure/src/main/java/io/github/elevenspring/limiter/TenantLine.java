package io.github.elevenspring.limiter;

import org.jspecify.annotations.Nullable;

/**
 * The waiters of one tenant in one priority, first come first served, and the tenant's
 * place in the ring of those whose turn comes round. Guarded by the lock of the queue.
 */
final class TenantLine {

	final String tenant;

	@Nullable Waiter first;

	@Nullable Waiter last;

	int size;

	TenantLine previous = this;

	TenantLine next = this;

	TenantLine(String tenant) {
		this.tenant = tenant;
	}

	void addLast(Waiter waiter) {
		Waiter last = this.last;
		waiter.ahead = last;
		if (last == null) {
			this.first = waiter;
		}
		else {
			last.behind = waiter;
		}
		this.last = waiter;
		waiter.line = this;
		this.size++;
	}

	void addFirst(Waiter waiter) {
		Waiter first = this.first;
		waiter.behind = first;
		if (first == null) {
			this.last = waiter;
		}
		else {
			first.ahead = waiter;
		}
		this.first = waiter;
		waiter.line = this;
		this.size++;
	}

	void remove(Waiter waiter) {
		Waiter ahead = waiter.ahead;
		Waiter behind = waiter.behind;
		if (ahead == null) {
			this.first = behind;
		}
		else {
			ahead.behind = behind;
		}
		if (behind == null) {
			this.last = ahead;
		}
		else {
			behind.ahead = ahead;
		}
		waiter.ahead = null;
		waiter.behind = null;
		waiter.line = null;
		this.size--;
	}

}
