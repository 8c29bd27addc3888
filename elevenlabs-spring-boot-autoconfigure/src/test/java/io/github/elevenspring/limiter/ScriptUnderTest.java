package io.github.elevenspring.limiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.github.elevenspring.TestRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;

import org.springframework.core.io.ClassPathResource;

/**
 * The script of the shared limiter on a Redis of its own, without anything around it.
 */
final class ScriptUnderTest implements AutoCloseable {

	static final long LEASE = 60_000;

	private static final String[] KEYS = { "state", "calls", "held", "wait", "queue:interactive", "queue:normal",
			"queue:batch", "tenants", "instances", "alone" };

	private final TestRedis redis = new TestRedis();

	private final RedisClient client = RedisClient.create(RedisURI.create("127.0.0.1", this.redis.port));

	final RedisCommands<String, String> commands = this.client.connect().sync();

	private final String sha;

	private Setting setting = Setting.ofLimit(1);

	ScriptUnderTest() {
		try {
			this.sha = this.commands.scriptLoad(new ClassPathResource("limiter.lua", AdaptiveLimit.class)
				.getContentAsString(StandardCharsets.UTF_8));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Forget everything, and begin with other settings.
	 */
	void begin(Setting setting) {
		this.setting = setting;
		this.commands.flushall();
		configure(setting.limit(), setting.binding(), true);
	}

	/**
	 * An instance begins with a limit, which binds nobody.
	 */
	ScriptAnswer join(int limit) {
		return configure(limit, false, true);
	}

	/**
	 * The plan of the account becomes known.
	 */
	ScriptAnswer plan(int limit) {
		return configure(limit, false, false);
	}

	/**
	 * The application sets a limit that holds against the plan.
	 */
	ScriptAnswer bind(int limit) {
		return configure(limit, true, false);
	}

	private ScriptAnswer configure(int limit, boolean binding, boolean first) {
		return run("config", Integer.toString(limit), binding ? "1" : "0", first ? "1" : "0");
	}

	ScriptAnswer run(String operation, String... arguments) {
		return runAs("me", operation, arguments);
	}

	ScriptAnswer runAs(String instance, String operation, String... arguments) {
		List<String> all = new ArrayList<>(List.of(operation, instance, "to:", "TEST", Long.toString(LEASE),
				Integer.toString(this.setting.headroom()), Double.toString(this.setting.normal()),
				Double.toString(this.setting.batch()), Long.toString(this.setting.ageing()),
				Integer.toString(this.setting.limit()), this.setting.binding() ? "1" : "0", "1"));
		all.addAll(List.of(arguments));
		return ScriptAnswer
			.parse(this.commands.evalsha(this.sha, ScriptOutputType.VALUE, KEYS, all.toArray(String[]::new)));
	}

	/**
	 * A call enters; its instance is what stands before the colon.
	 */
	ScriptAnswer enter(String id) {
		return runAs(id.substring(0, id.indexOf(':')), "enter", id, "2", "1", "", "1000000", "10000");
	}

	void enterAll(String instance, int calls) {
		for (int i = 0; i < calls; i++) {
			enter(instance + ":" + i);
		}
	}

	ScriptAnswer release(String id) {
		return run("release", id, "1", "5", "0", "0", "0");
	}

	/**
	 * The service refuses a call, which comes back under another name.
	 * @param jitter from 0 to 1
	 */
	ScriptAnswer back(String permit, String id, int advertised, double jitter) {
		return run("back", id, "2", "1", "", Integer.toString(advertised), Double.toString(jitter), permit);
	}

	long now() {
		List<String> time = this.commands.time();
		return Long.parseLong(time.get(0)) * 1000 + Long.parseLong(time.get(1)) / 1000;
	}

	@Override
	public void close() {
		this.client.shutdown();
		this.redis.close();
	}

	/**
	 * What an instance tells with each command.
	 *
	 * @param limit slots that are configured
	 * @param binding whether they hold against the service's word
	 * @param headroom slots that are left free
	 * @param normal guaranteed share
	 * @param batch guaranteed share
	 * @param ageing milliseconds after which a share has doubled
	 */
	record Setting(int limit, boolean binding, int headroom, double normal, double batch, long ageing) {

		static Setting ofLimit(int limit) {
			return new Setting(limit, false, 0, 0.2, 0.1, 30_000);
		}

	}

}
