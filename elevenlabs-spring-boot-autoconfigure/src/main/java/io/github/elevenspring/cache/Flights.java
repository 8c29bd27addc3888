package io.github.elevenspring.cache;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

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

	private final AtomicLong departures = new AtomicLong();

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
	 * Return how many flights have gone. As long as that stays the same, whoever has not
	 * found an answer in the cache finds the flight that has brought it meanwhile, unless
	 * that one is for its caller alone.
	 */
	long departures() {
		return this.departures.get();
	}

	/**
	 * Let nobody find a flight any more. What it brings has been kept before.
	 */
	void gone(Flight flight) {
		// First, so that whoever does not find the flight sees the number changed
		this.departures.incrementAndGet();
		this.byKey.remove(flight.key(), flight);
	}

}
