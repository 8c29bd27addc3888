package io.github.elevenspring.limiter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import io.github.elevenspring.limiter.ScriptUnderTest.Setting;
import io.github.elevenspring.model.Priority;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for single commands of the script, where no instance repairs what they do.
 */
class LimiterScriptTests {

	private static ScriptUnderTest script;

	@BeforeAll
	static void startRedis() {
		script = new ScriptUnderTest();
	}

	@AfterAll
	static void endRedis() {
		script.close();
	}

	@Test
	void permitLapsesWithTheLeaseOfThePlaceItCameFrom() {
		script.begin(Setting.ofLimit(1));
		script.enter("me:1");
		script.enter("dead:1");
		double lapse = script.now() + 500;
		script.commands.zadd("wait", lapse, "dead:1");
		script.release("me:1");
		assertThat(script.commands.zscore("held", "dead:1")).isEqualTo(lapse);
	}

	@Test
	void placesThatHaveLapsedAreNotServedHoweverManyTheyAre() {
		script.begin(Setting.ofLimit(1));
		script.enter("me:1");
		script.enterAll("dead", 250);
		script.enter("me:2");
		for (int i = 0; i < 250; i++) {
			script.commands.zadd("wait", 1, "dead:" + i);
		}
		assertThat(script.release("me:1").grants()).extracting(RedisCall.Grant::id).containsExactly("me:2");
	}

	@Test
	void refusalsOfOneBurstArePausedForOnce() {
		script.begin(Setting.ofLimit(7));
		script.enterAll("me", 7);
		for (int i = 0; i < 7; i++) {
			assertThat(script.back("me:" + i, "me:again" + i, 0, 1).pause()).isLessThanOrEqualTo(50);
		}
	}

	@Test
	void refusalsOneAfterTheOtherArePausedForLongerEachTime() {
		script.begin(Setting.ofLimit(1));
		script.enter("me:0");
		for (int i = 0; i < 8; i++) {
			long longest = 50L << Math.min(i, 6);
			assertThat(script.back("me:" + i, "me:" + (i + 1), 0, 1).pause()).isBetween(longest - 20, longest);
			// A permit of the same millisecond counts as one from before the pause.
			long paused = script.now();
			await().pollInterval(Duration.ofMillis(1)).until(() -> script.now() > paused);
			script.commands.hset("state", "pause", "0");
			assertThat(script.run("wake").grants()).hasSize(1);
		}
	}

	@Test
	void pauseThatLiesTooFarAheadIsNone() {
		script.begin(Setting.ofLimit(1));
		script.commands.hset("state", "pause", Long.toString(script.now() + 3_600_000));
		assertThat(script.enter("me:1").outcome()).isEqualTo(ScriptAnswer.Outcome.OK);
	}

	@Test
	void planDoesNotReplaceALimitThatBinds() {
		script.begin(Setting.ofLimit(5));
		script.bind(3);
		assertThat(script.plan(15).limit()).isEqualTo(3);
		assertThat(script.bind(4).limit()).isEqualTo(4);
	}

	@Test
	void instanceThatStartsWithOtherSettingsReplacesALimitThatBinds() {
		script.begin(Setting.ofLimit(5));
		script.bind(3);
		assertThat(script.join(5).limit()).isEqualTo(3);
		assertThat(script.join(8).limit()).isEqualTo(8);
	}

	@Test
	void planThatIsKnownAlreadyForgetsNothing() {
		script.begin(Setting.ofLimit(5));
		script.enterAll("me", 5);
		assertThat(script.back("me:0", "me:5", 0, 0).limit()).isEqualTo(4);
		assertThat(script.plan(5).limit()).isEqualTo(4);
		assertThat(script.plan(6).limit()).isEqualTo(6);
	}

	/**
	 * The class that orders the calls of one application, and the script.
	 */
	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8 })
	void sharesAreThoseOfTheLocalForm(long seed) {
		Random random = new Random(seed);
		double[] shares = { 0, 0.05, 0.1, 0.2, 0.3, 0.45 };
		long ageing = 1_000_000_000L;
		Setting setting = new Setting(1, false, 0, shares[random.nextInt(6)], shares[random.nextInt(6)], ageing);
		script.begin(setting);
		WaitingQueue queue = new WaitingQueue(
				Map.of(Priority.NORMAL, setting.normal(), Priority.BATCH, setting.batch()), ageing);
		Map<Waiter, String> ids = new HashMap<>();
		script.enter("me:first");
		List<String> arguments = new ArrayList<>(List.of("0", "0", "0", "0", "300"));
		for (int i = 0; i < 300; i++) {
			TestWaiter waiter = new TestWaiter(Priority.values()[i % 3], "", 1);
			long waited = (i < 60 && seed % 2 == 0) ? ageing * 5 : 0;
			waiter.waitingSince = -waited;
			queue.addLast(waiter);
			ids.put(waiter, "me:" + i);
			arguments.addAll(List.of("me:" + i, Integer.toString(waiter.priority.ordinal() + 1), "1", "",
					Long.toString(waited)));
		}
		script.run("sync", arguments.toArray(String[]::new));
		String last = "me:first";
		for (int i = 0; i < 250; i++) {
			Waiter next = queue.next();
			queue.take(next, 0);
			List<RedisCall.Grant> grants = script.release(last).grants();
			assertThat(grants).as("turn %d", i).extracting(RedisCall.Grant::id).containsExactly(ids.get(next));
			last = grants.get(0).id();
		}
	}

}
