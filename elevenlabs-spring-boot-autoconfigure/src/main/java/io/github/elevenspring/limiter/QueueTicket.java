package io.github.elevenspring.limiter;

import java.util.function.Consumer;
import java.util.function.Function;

import reactor.util.context.Context;

/**
 * Lets a caller see where its call stands while it waits. A caller who wants to know puts
 * a listener into the context of its subscription:
 * {@code call.contextWrite(QueueTicket.listener(…))}. The listener is handed the ticket
 * before the call joins the queue; the ticket may be asked as often as one likes, from
 * any thread.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface QueueTicket {

	/**
	 * Return where the call stands now; where the limit is shared with other instances,
	 * where it stood when that was last asked. The cost grows with the number of tenants
	 * that wait, and with the calls of its own tenant before it: to be asked for what
	 * somebody looks at, not for each of very many calls all the time.
	 * @return its place, the first one if it does not wait (any more)
	 */
	QueuePosition position();

	/**
	 * Return a change of the context that asks for the ticket of the call.
	 * @param listener takes the ticket
	 * @return what to hand to {@code contextWrite}
	 */
	static Function<Context, Context> listener(Consumer<QueueTicket> listener) {
		return (context) -> context.put(QueueTicket.class, listener);
	}

}
