package io.github.elevenspring.limiter;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.elevenspring.limiter.RedisCalls.Report;
import io.github.elevenspring.limiter.RedisCalls.Stay;
import io.github.elevenspring.limiter.SharedLimit.Configuration;
import io.github.elevenspring.model.Priority;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The commands that the script of a group understands. Arguments are gathered when a
 * command is made, so that it may be made while a lock is held and sent afterwards.
 */
final class LimiterScript {

	/**
	 * How many of those who wait are named in one command.
	 */
	private static final int WAITERS_PER_COMMAND = 500;

	/**
	 * Part of the lease for which Redis holds it: it must be found lapsed by somebody
	 * before the lease is over.
	 */
	private static final double LAPSE = 0.75;

	private final String group;

	private final RedisLink link;

	private final List<String> keys;

	private final LimiterSettings settings;

	private final String lease;

	private final Supplier<Configuration> configuration;

	LimiterScript(String group, RedisLink link, LimiterSettings settings, RedisLimiterSettings redis,
			Supplier<Configuration> configuration) {
		this.group = group;
		this.link = link;
		this.keys = link.keys(group);
		this.settings = settings;
		this.lease = Long.toString((long) (redis.lease().toMillis() * LAPSE));
		this.configuration = configuration;
	}

	/**
	 * A newcomer asks for a permit.
	 * @param patience nanoseconds it can wait
	 */
	Mono<ScriptAnswer> enter(String id, Waiter waiter, long patience) {
		return run("enter", List.of(id, priority(waiter), Integer.toString(waiter.weight), waiter.tenant,
				Long.toString(millis(patience)), Integer.toString(this.settings.queueCapacity())));
	}

	/**
	 * A permit is given back.
	 * @param held nanoseconds it was held for
	 */
	Mono<ScriptAnswer> release(RedisCall call, boolean served, long held) {
		return run("release",
				List.of(call.id, flag(served), Long.toString(millis(held)), Integer.toString(call.maximum),
						Integer.toString(call.current), Integer.toString(call.waiter.inFlightAtGrant)));
	}

	/**
	 * Permits and places in the queue are of no use any more.
	 */
	Mono<ScriptAnswer> drop(List<String> ids) {
		return run("drop", ids);
	}

	/**
	 * The service refused a call: it goes back to the head of the queue.
	 * @param id its place there
	 * @param ended its permit
	 * @param advertised the limit the service named, or 0
	 */
	Mono<ScriptAnswer> back(String id, String ended, Waiter waiter, int advertised) {
		return run("back", List.of(id, priority(waiter), Integer.toString(waiter.weight), waiter.tenant,
				Integer.toString(advertised), Double.toString(ThreadLocalRandom.current().nextDouble()), ended));
	}

	/**
	 * The service has said what it allows.
	 */
	Mono<ScriptAnswer> observe(int maximum, int current, int ours) {
		return run("observe", List.of(Integer.toString(maximum), Integer.toString(current), Integer.toString(ours)));
	}

	/**
	 * The limit is configured.
	 * @param first whether these are the first words of an instance
	 */
	Mono<ScriptAnswer> configure(Configuration configuration, boolean first) {
		return run("config",
				List.of(Integer.toString(configuration.limit()), flag(configuration.binding()), flag(first)));
	}

	Mono<ScriptAnswer> position(String id) {
		return run("position", List.of(id));
	}

	/**
	 * A pause is over.
	 */
	Mono<ScriptAnswer> wake() {
		return run("wake", List.of());
	}

	/**
	 * This instance leaves for good.
	 */
	Mono<ScriptAnswer> bye(List<String> ids) {
		return run("bye", ids);
	}

	/**
	 * Tell all that this instance has, and renew the leases. Whatever Redis knew
	 * otherwise is put right by that.
	 * @param maximum what the service said it allows, or 0
	 * @param reserve slots that are kept for this instance, which is on its own
	 */
	Mono<ScriptAnswer> sync(Report report, int maximum, int reserve, long now) {
		List<List<String>> commands = new ArrayList<>();
		List<Stay> waiting = report.waiting();
		for (int from = 0; from == 0 || from < waiting.size(); from += WAITERS_PER_COMMAND) {
			List<String> arguments = new ArrayList<>(List.of(Integer.toString(maximum), Integer.toString(reserve)));
			if (from == 0) {
				name(report.gone(), report.running(), arguments);
			}
			else {
				name(List.of(), List.of(), arguments);
			}
			name(waiting.subList(from, Math.min(waiting.size(), from + WAITERS_PER_COMMAND)), now, arguments);
			commands.add(arguments);
		}
		return Flux.fromIterable(commands)
			.concatMap((arguments) -> run("sync", arguments))
			.reduce((before, answer) -> answer.withGrantsOf(before));
	}

	private static void name(List<String> gone, List<Stay> running, List<String> arguments) {
		arguments.add(Integer.toString(gone.size()));
		arguments.addAll(gone);
		arguments.add(Integer.toString(running.size()));
		for (Stay stay : running) {
			arguments.add(stay.id());
			arguments.add(Integer.toString(stay.slots()));
		}
	}

	private static void name(List<Stay> waiting, long now, List<String> arguments) {
		arguments.add(Integer.toString(waiting.size()));
		for (Stay stay : waiting) {
			Waiter waiter = stay.waiter();
			arguments.addAll(List.of(stay.id(), priority(waiter), Integer.toString(waiter.weight), waiter.tenant,
					Long.toString(Math.max(0, millis(now - waiter.waitingSince)))));
		}
	}

	private Mono<ScriptAnswer> run(String operation, List<String> arguments) {
		Map<Priority, Double> shares = this.settings.guaranteedShares();
		Configuration configuration = this.configuration.get();
		List<String> all = new ArrayList<>(12 + arguments.size());
		all.addAll(List.of(operation, this.link.instance, this.link.channels, this.group));
		all.addAll(List.of(this.lease, Integer.toString(this.settings.headroom()),
				Double.toString(shares.getOrDefault(Priority.NORMAL, 0.0)),
				Double.toString(shares.getOrDefault(Priority.BATCH, 0.0)),
				Long.toString(this.settings.ageing().toMillis()), Integer.toString(configuration.limit()),
				flag(configuration.binding()), flag(this.settings.adaptive())));
		all.addAll(arguments);
		return this.link.run(this.keys, all).map(ScriptAnswer::parse);
	}

	private static String flag(boolean value) {
		return value ? "1" : "0";
	}

	private static String priority(Waiter waiter) {
		return Integer.toString(waiter.priority.ordinal() + 1);
	}

	private static long millis(long nanos) {
		return TimeUnit.NANOSECONDS.toMillis(nanos);
	}

}
