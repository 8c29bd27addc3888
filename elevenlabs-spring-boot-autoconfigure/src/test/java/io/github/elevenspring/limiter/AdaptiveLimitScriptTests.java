package io.github.elevenspring.limiter;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.github.elevenspring.limiter.ScriptAnswer.Outcome;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the script of the shared limiter learns what {@link AdaptiveLimit} learns.
 */
class AdaptiveLimitScriptTests {

	private static ScriptUnderTest script;

	@BeforeContainer
	static void startRedis() {
		script = new ScriptUnderTest();
	}

	@AfterContainer
	static void endRedis() {
		script.close();
	}

	@Property(tries = 20)
	void theScriptAndTheClassLearnTheSame(@ForAll @IntRange(min = 1, max = 12) int configured, @ForAll boolean binding,
			@ForAll @IntRange(max = 2) int headroom, @ForAll long seed) {
		Pair pair = new Pair(configured, binding, headroom, new Random(seed));
		for (int i = 0; i < 300; i++) {
			pair.step();
		}
	}

	/**
	 * The class and the script, told the same.
	 */
	private static final class Pair {

		private final AdaptiveLimit limit;

		private final Random random;

		private int configured;

		private boolean binding;

		private final int maximum;

		private int others;

		private final List<HeldCall> held = new ArrayList<>();

		private int ids;

		Pair(int configured, boolean binding, int headroom, Random random) {
			this.limit = new AdaptiveLimit(configured, binding, headroom);
			this.configured = configured;
			this.binding = binding;
			this.random = random;
			this.maximum = 1 + random.nextInt(12);
			script.begin(new ScriptUnderTest.Setting(configured, binding, headroom, 0.2, 0.1, 30_000));
		}

		void step() {
			while (this.held.size() < this.limit.limit()) {
				String id = "me:" + this.ids++;
				assertThat(run("enter", id, "1", "1", "", "1000", "10").outcome()).isEqualTo(Outcome.OK);
				this.held.add(new HeldCall(id, this.held.size() + 1));
			}
			HeldCall call = this.held.get(this.random.nextInt(this.held.size()));
			int what = this.random.nextInt(100);
			if (what < 2) {
				this.others = this.random.nextInt(this.maximum);
			}
			else if (what < 30) {
				String[] answer = answer();
				observed(answer, call);
				run("observe", answer[0], answer[1], Integer.toString(call.inFlightAtGrant()));
			}
			else if (what < 33) {
				this.held.remove(call);
				endSome();
				int advertised = (this.random.nextInt(5) == 0) ? this.maximum : 0;
				this.limit.refused(this.held.size(), advertised);
				run("back", call.id(), "1", "1", "", Integer.toString(advertised), "0", call.id());
				script.commands.hset("state", "pause", "0");
				run("drop", call.id());
			}
			else if (what < 35) {
				configure(1 + this.random.nextInt(12), this.random.nextInt(4) == 0);
			}
			else {
				String[] answer = (what < 60) ? answer() : new String[] { "0", "0" };
				observed(answer, call);
				this.held.remove(call);
				this.limit.served();
				run("release", call.id(), "1", "5", answer[0], answer[1], Integer.toString(call.inFlightAtGrant()));
			}
		}

		private void configure(int configured, boolean binding) {
			if (binding || !this.binding && configured != this.configured) {
				this.configured = configured;
				this.binding = binding;
				this.limit.configure(configured, binding);
			}
			run("config", Integer.toString(configured), binding ? "1" : "0", "0");
		}

		/**
		 * End calls without a word of whether they were served, now and then nearly all.
		 */
		private void endSome() {
			int left = this.random.nextBoolean() ? this.held.size() : this.random.nextInt(this.held.size() + 1);
			while (this.held.size() > left) {
				run("drop", this.held.remove(0).id());
			}
		}

		private String[] answer() {
			int current = Math.max(0, this.held.size() + this.others + this.random.nextInt(3) - 1);
			int named = (this.random.nextInt(100) == 0) ? this.maximum + 1 : this.maximum;
			return new String[] { Integer.toString(named), Integer.toString(current) };
		}

		private void observed(String[] answer, HeldCall call) {
			this.limit.observed(Integer.parseInt(answer[0]), Integer.parseInt(answer[1]), call.inFlightAtGrant(),
					this.held.size());
		}

		private ScriptAnswer run(String operation, String... arguments) {
			ScriptAnswer answer = script.run(operation, arguments);
			assertThat(answer.limit()).as(operation).isEqualTo(this.limit.limit());
			return answer;
		}

	}

	private record HeldCall(String id, int inFlightAtGrant) {
	}

}
