package io.github.elevenspring.test.simulator;

import java.util.Map;

import reactor.core.publisher.Mono;

/**
 * Sends a request to where it belongs, lets faults meet it, and keeps the journal.
 */
final class Dispatcher {

	static final int LARGEST_BODY = 10 * 1024 * 1024;

	private final Router api;

	private final Router control;

	private final Faults faults;

	private final Journal journal;

	Dispatcher(Router api, Router control, Faults faults, Journal journal) {
		this.api = api;
		this.control = control;
		this.faults = faults;
		this.journal = journal;
	}

	Mono<Answer> answer(Exchange exchange) {
		if (exchange.isControl()) {
			return this.control.answer(exchange);
		}
		Mono<Answer> answer = (exchange.body().length <= LARGEST_BODY) ? this.api.answer(exchange)
				: Mono.just(ApiError.tooLarge().answer(exchange.traceId()));
		Fault fault = this.faults.take(exchange.path());
		return ((fault != null) ? fault.inject(answer, exchange) : answer).doOnNext((ready) -> record(exchange, ready))
			.map((ready) -> ready.withHeaders(Map.of("x-trace-id", exchange.traceId(), "x-region", "simulator")));
	}

	private void record(Exchange exchange, Answer answer) {
		if (!exchange.isAbandoned()) {
			this.journal.add(exchange.record(answer.status()));
		}
	}

}
