package io.github.elevenspring.test.simulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Lets a person or another process look at the simulator and steer it, under
 * {@code /simulator}. It needs no key: only this machine can reach it.
 */
final class ControlEndpoints {

	private final ElevenLabsSimulator simulator;

	private final Account account;

	ControlEndpoints(ElevenLabsSimulator simulator, Account account) {
		this.simulator = simulator;
		this.account = account;
	}

	Router router() {
		return new Router().route("GET", "/simulator/state", (exchange) -> state())
			.route("GET", "/simulator/journal", (exchange) -> json(this.simulator.journal().requests()))
			.route("POST", "/simulator/reset", (exchange) -> reset())
			.route("POST", "/simulator/faults", checked(this::addFaults))
			.route("DELETE", "/simulator/faults", (exchange) -> clearFaults())
			.route("PUT", "/simulator/plan", checked(this::changePlan))
			.route("PUT", "/simulator/limits", checked(this::changeLimits))
			.route("PUT", "/simulator/credits", checked(this::changeCredits))
			.route("PUT", "/simulator/pace", checked(this::changePace));
	}

	private Mono<Answer> state() {
		Map<String, Object> state = new LinkedHashMap<>();
		state.put("plan", this.account.plan().name().toLowerCase(Locale.ROOT));
		state.put("pace", this.account.pace());
		state.put("faults_pending", this.simulator.faults().pending());
		state.put("faults_injected", this.simulator.faults().injected());
		state.put("statistics", this.simulator.statistics());
		return json(state);
	}

	private Mono<Answer> reset() {
		this.simulator.reset();
		return state();
	}

	private Mono<Answer> clearFaults() {
		this.simulator.faults().clear();
		return state();
	}

	private void addFaults(JsonNode body) {
		List<Fault> faults = new ArrayList<>();
		body.required("faults").forEach((fault) -> faults.add(Fault.parse(fault.asString())));
		if (body.has("rate")) {
			this.simulator.faults().rate(body.get("rate").doubleValue(), faults.toArray(Fault[]::new));
			return;
		}
		String path = body.path("path").asString("");
		int times = body.path("times").asInt(1);
		faults.forEach((fault) -> this.simulator.faults().next(path, fault, times));
	}

	private void changePlan(JsonNode body) {
		this.simulator.plan(EnumNames.find(SimulatorPlan.class, body.required("plan").asString()));
	}

	private void changeLimits(JsonNode body) {
		body.forEachEntry((group, limit) -> this.simulator.limit(group, limit.intValue()));
	}

	private void changeCredits(JsonNode body) {
		this.simulator.credits(body.required("credits").longValue());
	}

	private void changePace(JsonNode body) {
		Pace pace = this.account.pace();
		this.simulator.pace(new Pace(body.path("stream_speed").asDouble(pace.streamSpeed()),
				body.path("latency_factor").asDouble(pace.latencyFactor())));
	}

	private Endpoint checked(Command command) {
		return (exchange) -> {
			try {
				command.run(Json.MAPPER.readTree(exchange.body()));
				return state();
			}
			catch (IllegalArgumentException | JacksonException ex) {
				return Mono.just(ApiError.plain(400, String.valueOf(ex.getMessage())).answer(exchange.traceId()));
			}
		};
	}

	private static Mono<Answer> json(Object value) {
		return Mono.just(Answer.json(200, value));
	}

	/**
	 * Changes something as a JSON document says.
	 */
	@FunctionalInterface
	private interface Command {

		void run(JsonNode body);

	}

}
