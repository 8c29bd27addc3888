package io.github.elevenspring.limiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.elevenspring.TestRedis;
import io.github.elevenspring.error.ElevenLabsException;
import io.github.elevenspring.error.ErrorKind;
import io.github.elevenspring.model.Priority;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import reactor.core.scheduler.Schedulers;

import org.springframework.data.redis.connection.ReactiveRedisConnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Several instances in one process, each with connections of its own, on one real Redis.
 * How many calls run is counted where they run. The exact bound is the limit and the
 * parts of those instances that were cut off, which a machine without a free core brings
 * about.
 */
class RedisConcurrencyLimiterTests {

	private static final Log logger = LogFactory.getLog(RedisConcurrencyLimiterTests.class);

	/**
	 * Bounds that a busy machine does not break.
	 */
	private static final RedisLimiterSettings PATIENT = new RedisLimiterSettings("test", Duration.ofSeconds(15),
			Duration.ofSeconds(5), 1);

	/**
	 * Bounds for what happens when they are over.
	 */
	private static final RedisLimiterSettings QUICK = new RedisLimiterSettings("test", Duration.ofSeconds(3),
			Duration.ofSeconds(1), 1);

	private static TestRedis redis;

	private final List<TestInstance> instances = new ArrayList<>();

	private final AtomicInteger inFlight = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

	private final AtomicInteger done = new AtomicInteger();

	@BeforeAll
	static void startRedis() {
		redis = new TestRedis();
	}

	@AfterAll
	static void endRedis() {
		redis.close();
	}

	@BeforeEach
	void clear() throws IOException {
		redis.command("FLUSHALL");
	}

	@AfterEach
	void close() {
		this.instances.forEach(TestInstance::close);
	}

	@Test
	void instancesTogetherNeverExceedTheLimit() throws IOException {
		instances(3, 6);
		for (int i = 0; i < 900; i++) {
			call(i % 3, Priority.values()[i % 3], "tenant" + i % 7, 5).enter();
		}
		until(() -> this.done.get() == 900);
		assertNeverOver(6);
		assertThat(this.most).hasValueGreaterThan(4);
		untilNothingIsLeft();
	}

	@Test
	void priorityCountsAcrossInstances() {
		instances(3, 1);
		List<String> order = new CopyOnWriteArrayList<>();
		TestCall first = held(0);
		String[] names = { "batch", "normal", "interactive", "batch2", "interactive2" };
		Priority[] priorities = { Priority.BATCH, Priority.NORMAL, Priority.INTERACTIVE, Priority.BATCH,
				Priority.INTERACTIVE };
		for (int i = 0; i < names.length; i++) {
			String name = names[i];
			waiting(i % 3, priorities[i], "a", (call) -> {
				order.add(name);
				call.release();
			});
		}
		first.release();
		until(() -> order.size() == 5);
		assertThat(order).containsExactly("interactive", "interactive2", "normal", "batch", "batch2");
	}

	@Test
	void tenantsTakeTurnsAcrossInstances() {
		instances(2, 1);
		List<String> order = new CopyOnWriteArrayList<>();
		TestCall first = held(0);
		for (int i = 0; i < 4; i++) {
			waiting(0, Priority.NORMAL, "greedy", (call) -> {
				order.add("greedy");
				call.release();
			});
		}
		waiting(1, Priority.NORMAL, "modest", (call) -> {
			order.add("modest");
			call.release();
		});
		first.release();
		until(() -> order.size() == 5);
		assertThat(order.indexOf("modest")).isLessThanOrEqualTo(1);
	}

	@Test
	void callThatLeavesLosesNoSlot() throws IOException {
		instances(2, 1);
		TestCall first = held(0);
		List<TestCall> calls = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			calls.add(call(i % 2, Priority.NORMAL, "a", 0).enter());
		}
		calls.forEach(TestCall::leave);
		first.release();
		TestCall last = call(1, Priority.BATCH, "a", 0).enter();
		until(last::hasPermit);
		untilNothingIsLeft();
	}

	@Test
	void callThatCannotMakeItIsRefusedAtOnce() {
		instances(2, 1);
		for (int i = 0; i < 5; i++) {
			TestCall slow = call(0, Priority.NORMAL, "a", 100).enter();
			until(slow::hasPermit);
		}
		until(() -> this.done.get() == 5);
		TestCall first = held(0);
		waiting(1, Priority.NORMAL, "a", TestCall::release);
		TestCall hasty = call(0, Priority.NORMAL, "b", 0).patient(Duration.ofMillis(20)).enter();
		until(hasty::isRefused);
		assertThat(hasty.refusal.get().getKind()).isEqualTo(ErrorKind.QUEUE_TIMEOUT);
		first.release();
	}

	@Test
	void queueIsBoundedForAllTogether() {
		LimiterSettings settings = new LimiterSettings(0, true, 2, Duration.ofSeconds(5), Duration.ofSeconds(30),
				LimiterSettings.defaults().guaranteedShares(), null);
		for (int i = 0; i < 2; i++) {
			this.instances.add(new TestInstance(redis.port, 1, settings, PATIENT).awaitShared());
		}
		TestCall first = held(0);
		waiting(0, Priority.NORMAL, "a", TestCall::release);
		waiting(1, Priority.NORMAL, "a", TestCall::release);
		TestCall third = call(1, Priority.NORMAL, "a", 0).enter();
		until(third::isRefused);
		assertThat(third.refusal.get().getKind()).isEqualTo(ErrorKind.QUEUE_FULL);
		first.release();
	}

	@Test
	void whatOneInstanceLearnsHoldsForAll() {
		instances(2, 2);
		TestCall first = held(0);
		this.instances.get(0).limiter.observed(first, 5, 1);
		List<TestCall> calls = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			calls.add(waitingCall(1));
		}
		until(() -> calls.stream().allMatch(TestCall::hasPermit));
		assertThat(this.instances.get(1).limiter.snapshot().limit()).isEqualTo(5);
		calls.forEach(TestCall::release);
		first.release();
	}

	@Test
	void refusedCallIsTheNextAgainAndLowersTheLimitForAll() {
		instances(2, 4);
		// From this answer on it knows that there are two.
		held(1).release();
		List<TestCall> calls = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			calls.add(held(i % 2));
		}
		TestCall refused = calls.remove(3);
		this.instances.get(1).limiter.refusedByService(refused, 0);
		TestCall later = waitingCall(0);
		until(() -> this.instances.get(0).limiter.snapshot().limit() == 3);
		calls.remove(0).release();
		until(() -> refused.grants.get() == 2);
		assertThat(later.hasPermit()).isFalse();
		calls.forEach(TestCall::release);
		refused.release();
		until(later::hasPermit);
		later.release();
	}

	@Test
	void raisedLimitWakesWaitersOfOtherInstances() {
		instances(2, 1);
		TestCall first = held(0);
		TestCall second = waitingCall(1);
		this.instances.get(0).limiter.limit(2);
		until(second::hasPermit);
		first.release();
		second.release();
	}

	@Test
	void slotsAndPlacesOfAnInstanceThatVanishedComeBackWithinTheLease() throws IOException {
		instances(2, 2, QUICK);
		held(0);
		held(0);
		waitingCall(0);
		TestCall waiter = waitingCall(1);
		TestCall other = waitingCall(1);
		this.instances.remove(0).vanish();
		for (String lease : leases("held")) {
			assertThat(Long.parseLong(lease) - redisMillis()).isLessThanOrEqualTo(QUICK.lease().toMillis() * 3 / 4);
		}
		until(() -> waiter.hasPermit() && other.hasPermit());
		waiter.release();
		other.release();
		untilNothingIsLeft();
	}

	@Test
	void instanceThatStopsGivesItsSlotsBackBeforeTheLeaseIsOver() throws IOException {
		instances(2, 1);
		held(0);
		TestCall waiter = waitingCall(1);
		long lapse = Long.parseLong(leases("held").get(0));
		this.instances.remove(0).close();
		until(waiter::hasPermit);
		assertThat(redisMillis()).isLessThan(lapse);
		waiter.release();
	}

	@Test
	void instanceThatJoinsIsHeardOfBeforeTheNextRenewal() {
		RedisLimiterSettings seldom = new RedisLimiterSettings("test", Duration.ofMinutes(10), Duration.ofSeconds(5),
				1);
		instances(1, 4, seldom);
		instances(1, 4, seldom);
		RedisConcurrencyLimiter first = this.instances.get(0).limiter;
		until(() -> first.knownInstances() == 2);
		assertThat(this.instances.get(1).limiter.knownInstances()).isEqualTo(2);
	}

	@Test
	void sharedLimitsMakeALimiterForEachGroup() {
		instances(1, 1);
		ConcurrencyLimits limits = this.instances.get(0)
			.limits()
			.limits(Plan.CREATOR, Map.of(ConcurrencyGroup.MUSIC, 7), LimiterSettings.defaults());
		assertThat(limits.snapshot()).hasSize(ConcurrencyGroup.values().length);
		RedisConcurrencyLimiter music = (RedisConcurrencyLimiter) limits.limiter(ConcurrencyGroup.MUSIC);
		until(music::isShared);
		assertThat(limits.snapshot().get(ConcurrencyGroup.MUSIC).limit()).isEqualTo(7);
	}

	@Test
	void permitsGrantedAloneAreToldToRedisWhenItIsBack() throws IOException {
		instances(2, 4, QUICK);
		until(() -> this.instances.stream().allMatch((instance) -> instance.limiter.knownInstances() == 2));
		List<TestCall> calls = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			calls.add(held(0));
		}
		redis.freeze();
		for (int i = 0; i < 4; i++) {
			calls.add(new TestCall(this.instances.get(1).limiter, Priority.NORMAL, "a", (call) -> {
			}).enter());
		}
		try {
			until(() -> this.instances.get(1).limiter.snapshot().inFlight() == 2);
		}
		finally {
			redis.goOn();
		}
		this.instances.forEach(TestInstance::awaitShared);
		until(() -> ask("HGET {test}:STANDARD:state inflight").equals("$1\r\n6\r\n"));
		calls.subList(0, 2).forEach(TestCall::release);
		until(() -> ask("HGET {test}:STANDARD:state inflight").equals("$1\r\n4\r\n"));
		assertThat(calls.stream().filter(TestCall::hasPermit)).hasSize(6);
		calls.subList(2, 4).forEach(TestCall::release);
		until(() -> calls.stream().allMatch(TestCall::hasPermit));
		calls.subList(4, 8).forEach(TestCall::release);
		untilNothingIsLeft();
	}

	@Test
	void leasesAreRenewedWhileCallsRun() {
		instances(2, 1, QUICK);
		TestCall stream = held(0);
		TestCall waiter = waitingCall(1);
		long begun = System.nanoTime();
		await().atMost(Duration.ofSeconds(30))
			.until(() -> waiter.hasPermit() || System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(4500));
		assertThat(waiter.hasPermit()).isFalse();
		stream.release();
		until(waiter::hasPermit);
		waiter.release();
	}

	@Test
	void placesOfManyWhoWaitAreKeptLongerThanTheLease() {
		instances(2, 1, QUICK);
		TestCall first = held(0);
		List<TestCall> calls = new ArrayList<>();
		for (int i = 0; i < 1200; i++) {
			calls.add(call(0, Priority.NORMAL, "a", 0).enter());
		}
		until(() -> calls().equals(":1201\r\n"));
		TestCall last = calls.get(1199);
		long begun = System.nanoTime();
		await().atMost(Duration.ofSeconds(30))
			.until(() -> System.nanoTime() - begun > TimeUnit.MILLISECONDS.toNanos(4000));
		assertThat(calls()).isEqualTo(":1201\r\n");
		RedisConcurrencyLimiter limiter = this.instances.get(0).limiter;
		until(() -> limiter.position(last).ahead() == 1199);
		first.release();
		until(last::hasPermit);
		assertThat(calls).allMatch((call) -> call.grants.get() == 1);
	}

	@Test
	void planThatIsDetectedDoesNotUndoALimitSetElsewhere() {
		instances(2, 2);
		this.instances.get(0).limiter.limit(3);
		this.instances.get(1).limiter.plan(15);
		held(1).release();
		until(() -> this.instances.get(1).limiter.snapshot().configuredLimit() == 3);
		assertThat(this.instances.get(1).limiter.snapshot().limit()).isEqualTo(3);
		instances(1, 2);
		held(2).release();
		assertThat(this.instances.get(2).limiter.snapshot().limit()).isEqualTo(3);
	}

	@Test
	void planThatIsKnownBeforeTheFirstContactIsNotTakenForASetting() throws IOException {
		instances(1, 2);
		TestInstance late = new TestInstance(redis.port, 2, LimiterSettings.defaults(), PATIENT);
		this.instances.add(late);
		late.limiter.plan(15);
		late.awaitShared();
		until(() -> ask("HGET {test}:STANDARD:state cfg").equals("$2\r\n15\r\n"));
		assertThat(ask("HGET {test}:STANDARD:state boot")).isEqualTo("$3\r\n2:0\r\n");
	}

	@Test
	void whoWaitsIsRefusedWhenTheInstanceStops() {
		instances(1, 1);
		held(0);
		TestCall throwing = new TestCall(this.instances.get(0).limiter, Priority.NORMAL, "a", (call) -> {
		}) {
			@Override
			void refused(ElevenLabsException refusal) {
				throw new IllegalStateException("thrown by a subscriber");
			}
		}.enter();
		TestCall waiter = waitingCall(0);
		this.instances.get(0).limits().close();
		assertThat(waiter.refusal.get().getKind()).isEqualTo(ErrorKind.SHUTDOWN);
		TestCall late = call(0, Priority.NORMAL, "a", 0).enter();
		assertThat(late.refusal.get().getKind()).isEqualTo(ErrorKind.SHUTDOWN);
		assertThat(throwing.hasPermit()).isFalse();
	}

	@Test
	void burstThatRedisCannotBeToldOfIsBounded() throws IOException {
		LimiterSettings settings = new LimiterSettings(0, true, 50, Duration.ofMillis(500), Duration.ofSeconds(30),
				LimiterSettings.defaults().guaranteedShares(), null);
		this.instances.add(new TestInstance(redis.port, 1, settings, PATIENT).awaitShared());
		redis.freeze();
		List<TestCall> calls = new ArrayList<>();
		try {
			for (int i = 0; i < 200; i++) {
				calls.add(call(0, Priority.NORMAL, "a", 0).enter());
			}
			assertThat(calls.stream().filter(TestCall::isRefused)).hasSizeBetween(100, 150);
			until(() -> calls.stream().allMatch(TestCall::isRefused));
			assertThat(this.instances.get(0).limiter.isShared()).isTrue();
		}
		finally {
			redis.goOn();
		}
		untilNothingIsLeft();
	}

	@Test
	void messagesArriveAgainAfterTheirConnectionIsLost() throws IOException {
		instances(2, 1, QUICK);
		TestCall first = held(0);
		redis.command("CLIENT KILL TYPE pubsub");
		TestCall second = waitingCall(1);
		first.release();
		until(second::hasPermit);
		second.release();
		untilNothingIsLeft();
	}

	@Test
	void allKeysOfAGroupLieInOneSlotOfACluster() throws IOException {
		try (TestRedis cluster = new TestRedis("--cluster-enabled", "yes")) {
			StringBuilder slots = new StringBuilder("CLUSTER ADDSLOTS");
			for (int slot = 0; slot < 16384; slot++) {
				slots.append(' ').append(slot);
			}
			assertThat(cluster.command(slots.toString())).startsWith("+OK");
			await().atMost(Duration.ofSeconds(30))
				.until(() -> cluster.command("CLUSTER INFO").contains("cluster_state:ok"));
			this.instances.add(new TestInstance(cluster.port, 1, LimiterSettings.defaults(), PATIENT).awaitShared());
			TestCall first = held(0);
			TestCall second = call(0, Priority.NORMAL, "a", 0).enter();
			first.release();
			until(second::hasPermit);
			until(() -> this.done.get() == 1);
			assertThat(this.instances.get(0).limiter.isShared()).isTrue();
		}
	}

	@Test
	void flushedScriptsAreLoadedAgain() throws IOException {
		instances(1, 1);
		held(0).release();
		redis.command("SCRIPT FLUSH");
		held(0).release();
		assertThat(this.instances.get(0).limiter.isShared()).isTrue();
	}

	@Test
	void lostDataIsToldAgain() throws IOException {
		instances(2, 1, QUICK);
		TestCall first = held(0);
		TestCall second = waitingCall(1);
		redis.command("FLUSHALL");
		first.release();
		until(second::hasPermit);
		second.release();
		untilNothingIsLeft();
	}

	@Test
	void dataThatIsLostUnderLoadDoesNotLetMoreBegin() throws IOException {
		instances(3, 6, QUICK);
		for (int i = 0; i < 900; i++) {
			call(i % 3, Priority.values()[i % 3], "tenant" + i % 7, 20).enter();
		}
		for (int calls = 100; calls <= 300; calls += 100) {
			int enough = calls;
			until(() -> this.done.get() >= enough);
			redis.command("FLUSHALL");
		}
		until(() -> this.done.get() == 900);
		assertNeverOver(6);
		untilNothingIsLeft();
	}

	@Test
	void longCallsCountAfterDataIsLost() throws IOException {
		instances(2, 2, QUICK);
		TestCall first = held(0);
		TestCall second = held(0);
		redis.command("FLUSHALL");
		TestCall third = call(1, Priority.NORMAL, "a", 0).enter();
		until(() -> ask("HGET {test}:STANDARD:state inflight").equals("$1\r\n2\r\n"));
		await().during(Duration.ofMillis(1500)).atMost(Duration.ofSeconds(20)).until(() -> !third.hasPermit());
		first.release();
		second.release();
		until(third::hasPermit);
		untilNothingIsLeft();
	}

	@Test
	void uncontendedCallCostsOneTrip() throws IOException {
		instances(1, 10);
		held(0).release();
		int before = scriptsRun();
		for (int i = 0; i < 100; i++) {
			held(0).release();
		}
		// The way there and back, and a renewal each three seconds.
		until(() -> scriptsRun() >= before + 200);
		assertThat(scriptsRun()).isLessThan(before + 220);
		assertThat(this.instances.get(0).limiter.cutOffs()).isZero();
	}

	private static int scriptsRun() {
		Matcher calls = Pattern.compile("cmdstat_evalsha:calls=(\\d+)").matcher(ask("INFO commandstats"));
		return calls.find() ? Integer.parseInt(calls.group(1)) : 0;
	}

	@Test
	@EnabledIfSystemProperty(named = "elevenlabs.test.redis-long", matches = "true",
			disabledReason = "measures, on a machine with nothing else to do: -Delevenlabs.test.redis-long=true")
	void uncontendedCallCostsAtMostAMillisecond() throws InterruptedException {
		instances(1, 10);
		RedisConcurrencyLimiter limiter = this.instances.get(0).limiter;
		long[] calls = new long[2000];
		for (int i = -1000; i < calls.length; i++) {
			CountDownLatch granted = new CountDownLatch(1);
			long begun = System.nanoTime();
			new TestCall(limiter, Priority.NORMAL, "a", (call) -> {
				granted.countDown();
				call.release();
			}).enter();
			granted.await();
			calls[Math.max(i, 0)] = System.nanoTime() - begun;
		}
		ReactiveRedisConnection plain = this.instances.get(0).connection();
		long[] pings = new long[2000];
		for (int i = -1000; i < pings.length; i++) {
			long begun = System.nanoTime();
			plain.ping().block();
			pings[Math.max(i, 0)] = System.nanoTime() - begun;
		}
		Arrays.sort(calls);
		Arrays.sort(pings);
		logger.info("added per call on loopback: p50 " + calls[1000] / 1000 + " us, p99 " + calls[1980] / 1000
				+ " us; a plain PING on the same connection: p50 " + pings[1000] / 1000 + " us");
		assertThat(calls[1000]).isLessThan(TimeUnit.MILLISECONDS.toNanos(1));
	}

	private void instances(int number, int limit) {
		instances(number, limit, PATIENT);
	}

	private void instances(int number, int limit, RedisLimiterSettings redisSettings) {
		LimiterSettings settings = new LimiterSettings(0, true, 2000, Duration.ofSeconds(60), Duration.ofSeconds(30),
				LimiterSettings.defaults().guaranteedShares(), null);
		for (int i = 0; i < number; i++) {
			this.instances.add(new TestInstance(redis.port, limit, settings, redisSettings));
		}
		this.instances.forEach(TestInstance::awaitShared);
	}

	/**
	 * Assert that nothing was granted beyond the limit, and the parts of instances that
	 * were cut off.
	 */
	private void assertNeverOver(int limit) {
		long cutOff = this.instances.stream().filter((instance) -> instance.limiter.cutOffs() > 0).count();
		int part = Math.max(1, limit / this.instances.size());
		assertThat(this.most).hasValueLessThanOrEqualTo((int) (limit + cutOff * part));
	}

	/**
	 * A call that takes some milliseconds.
	 */
	private TestCall call(int instance, Priority priority, String tenant, int millis) {
		return new TestCall(this.instances.get(instance).limiter, priority, tenant, (call) -> {
			int now = this.inFlight.incrementAndGet();
			this.most.accumulateAndGet(now, Math::max);
			Schedulers.parallel().schedule(() -> {
				this.inFlight.decrementAndGet();
				this.done.incrementAndGet();
				call.release();
			}, millis, TimeUnit.MILLISECONDS);
		});
	}

	private TestCall held(int instance) {
		TestCall call = new TestCall(this.instances.get(instance).limiter, Priority.NORMAL, "held", (granted) -> {
		}).enter();
		until(call::hasPermit);
		return call;
	}

	private TestCall waitingCall(int instance) {
		return waiting(instance, Priority.NORMAL, "waiting", (call) -> {
		});
	}

	/**
	 * A call of which Redis knows that it waits (or runs).
	 */
	private TestCall waiting(int instance, Priority priority, String tenant, Consumer<TestCall> work) {
		String before = calls();
		TestCall call = new TestCall(this.instances.get(instance).limiter, priority, tenant, work).enter();
		until(() -> !calls().equals(before) || call.isRefused());
		return call;
	}

	/**
	 * Return when the leases in a set of leases lapse.
	 */
	private static List<String> leases(String set) {
		return Pattern.compile("\r\n")
			.splitAsStream(ask("ZRANGE {test}:STANDARD:" + set + " 0 -1 WITHSCORES"))
			.filter((line) -> line.matches("\\d{13}"))
			.toList();
	}

	private static long redisMillis() {
		String[] time = ask("TIME").split("\r\n");
		return Long.parseLong(time[2]) * 1000 + Long.parseLong(time[4]) / 1000;
	}

	private static String calls() {
		return ask("HLEN {test}:STANDARD:calls");
	}

	private static String ask(String command) {
		try {
			return redis.command(command);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A renewal may bring back for a moment what has just ended.
	 */
	private void untilNothingIsLeft() throws IOException {
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			assertThat(ask("HGETALL {test}:STANDARD:calls")).isEqualTo("*0\r\n");
			assertThat(ask("ZRANGE {test}:STANDARD:held 0 -1")).isEqualTo("*0\r\n");
			assertThat(ask("ZRANGE {test}:STANDARD:wait 0 -1")).isEqualTo("*0\r\n");
			assertThat(ask("HGETALL {test}:STANDARD:tenants")).isEqualTo("*0\r\n");
			assertThat(ask("HGET {test}:STANDARD:state inflight")).isEqualTo("$1\r\n0\r\n");
		});
		for (TestInstance instance : this.instances) {
			assertThat(instance.limiter.snapshot().inFlight()).isZero();
			assertThat(instance.limiter.snapshot().waiting()).isZero();
		}
	}

	private static void until(BooleanSupplier condition) {
		await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(2)).until(condition::getAsBoolean);
	}

}
