package io.github.elevenspring.cache;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import io.github.elevenspring.call.ReplyPart;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * The answers that are on their way, by their keys. Thread-safe.
 */
final class Flights {

	final SpeechCache cache;

	final Scheduler timer;

	private final ConcurrentMap<String, Flight> byKey = new ConcurrentHashMap<>();

	Flights(SpeechCache cache, Scheduler timer) {
		this.cache = cache;
		this.timer = timer;
	}

	/**
	 * Return an answer, from the flight that is on its way to it or from a new one.
	 */
	Flux<ReplyPart> join(FlightPlan plan) {
		return new Flux<>() {

			@Override
			public void subscribe(CoreSubscriber<? super ReplyPart> actual) {
				FlightReader reader = new FlightReader(actual, plan.call().options());
				actual.onSubscribe(reader);
				board(plan, reader);
			}

		};
	}

	private void board(FlightPlan plan, FlightReader reader) {
		if (plan.refreshes()) {
			new Flight(this, plan).join(reader);
			return;
		}
		while (!reader.isCancelled()) {
			Flight flight = this.byKey.computeIfAbsent(plan.key(), (key) -> new Flight(this, plan));
			if (flight.join(reader)) {
				return;
			}
			gone(flight);
		}
	}

	/**
	 * Let nobody find a flight any more.
	 */
	void gone(Flight flight) {
		this.byKey.remove(flight.key(), flight);
	}

}
