package io.github.elevenspring.sample.traffic;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.github.elevenspring.limiter.ConcurrencyGroup;
import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.LimiterSnapshot;
import io.github.elevenspring.model.Priority;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Tells the page, as it changes, what is in flight, what is allowed and what waits.
 */
@RestController
class TrafficController {

	private static final Duration LOOK_EVERY = Duration.ofMillis(250);

	private static final List<ConcurrencyGroup> SHOWN = List.of(ConcurrencyGroup.STANDARD, ConcurrencyGroup.FLASH,
			ConcurrencyGroup.V4);

	private final Sinks.Empty<Void> closed = Sinks.empty();

	private final ObjectProvider<ConcurrencyLimits> limits;

	TrafficController(ObjectProvider<ConcurrencyLimits> limits) {
		this.limits = limits;
	}

	/**
	 * Tell the state of the groups that speak, now and whenever it has changed.
	 * @return the states, until the client leaves or the application stops
	 */
	@GetMapping(path = "/api/traffic", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	Flux<List<GroupView>> traffic() {
		return Flux.interval(Duration.ZERO, LOOK_EVERY)
			.onBackpressureDrop()
			.map((tick) -> groups())
			.distinctUntilChanged()
			.takeUntilOther(this.closed.asMono());
	}

	/**
	 * An open stream would hold up the shutdown of the server.
	 */
	@EventListener(ContextClosedEvent.class)
	void endStreams() {
		this.closed.tryEmitEmpty();
	}

	private List<GroupView> groups() {
		ConcurrencyLimits limits = this.limits.getIfAvailable();
		if (limits == null) {
			return List.of();
		}
		Map<ConcurrencyGroup, LimiterSnapshot> snapshot = limits.snapshot();
		return snapshot.entrySet()
			.stream()
			.filter((entry) -> SHOWN.contains(entry.getKey()))
			.map((entry) -> GroupView.of(entry.getKey(), entry.getValue()))
			.toList();
	}

	/**
	 * The state of one group.
	 *
	 * @param group name of the group
	 * @param inFlight slots in use
	 * @param limit slots that may be in use
	 * @param interactive interactive calls that wait
	 * @param normal normal calls that wait
	 * @param batch batch calls that wait
	 */
	record GroupView(String group, int inFlight, int limit, int interactive, int normal, int batch) {

		static GroupView of(ConcurrencyGroup group, LimiterSnapshot snapshot) {
			Map<Priority, Integer> queued = snapshot.queued();
			return new GroupView(group.name().toLowerCase(Locale.ROOT), snapshot.inFlight(), snapshot.limit(),
					queued.getOrDefault(Priority.INTERACTIVE, 0), queued.getOrDefault(Priority.NORMAL, 0),
					queued.getOrDefault(Priority.BATCH, 0));
		}

	}

}
