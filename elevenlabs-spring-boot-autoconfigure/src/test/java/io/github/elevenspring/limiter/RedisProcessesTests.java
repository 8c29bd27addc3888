package io.github.elevenspring.limiter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.elevenspring.TestRedis;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three real processes on one real Redis, and a service that counts for itself. It must
 * never see more than the limit and the parts of those processes that were cut off: on a
 * machine without a free core that may happen without an outage.
 * <p>
 * {@code -Delevenlabs.test.redis-long=true} repeats each outage twenty times under the
 * same load, which takes about ten minutes on two busy cores.
 */
class RedisProcessesTests {

	private static final Log logger = LogFactory.getLog(RedisProcessesTests.class);

	private static final int LIMIT = 6;

	private static final int PROCESSES = 3;

	private static final int SHARE = LIMIT / PROCESSES;

	private static final Duration LEASE = Duration.ofSeconds(3);

	private static final Duration BOUND = Duration.ofSeconds(1);

	private static final int ROUNDS = Boolean.getBoolean("elevenlabs.test.redis-long") ? 20 : 1;

	private final TestRedis redis = new TestRedis();

	private final CountingService service = new CountingService(20);

	private final List<LoadProcess> processes = new ArrayList<>();

	@AfterEach
	void close() throws IOException {
		this.processes.forEach(LoadProcess::close);
		this.service.close();
		this.redis.close();
	}

	@Test
	void threeProcessesNeverExceedTheLimit() {
		begin(BOUND);
		untilServed(500 * ROUNDS);
		assertNeverOver(this.service.most(), 0);
		stop();
	}

	@Test
	void slotsOfAProcessThatIsKilledComeBack() {
		begin(BOUND);
		for (int round = 0; round < ROUNDS; round++) {
			LoadProcess killed = this.processes.remove(0);
			TestRedis.Signals.kill(killed.process);
			long begun = System.nanoTime();
			until(() -> System.nanoTime() - begun > LEASE.toNanos());
			assertNeverOver(this.service.most(), 0);
			untilServed(200);
			assertThat(this.service.most()).as("all slots are in use again").isGreaterThanOrEqualTo(LIMIT);
			LoadProcess another = process(BOUND);
			until(another::isShared);
			another.ask("begin");
		}
		stop();
	}

	@Test
	void frozenRedisLeavesEachProcessItsPart() {
		outage(this.redis::freeze, this.redis::goOn);
	}

	@Test
	void redisThatEndsAndStartsAgainLosesNothing() {
		outage(this.redis::end, this.redis::start);
	}

	@Test
	void redisThatIsBackBeforeItIsMissedLosesNothing() {
		begin(BOUND);
		for (int round = 0; round < ROUNDS; round++) {
			this.redis.end();
			this.redis.start();
			untilServed(300);
			assertNeverOver(this.service.most(), 0);
			until(() -> this.processes.stream().allMatch(LoadProcess::isShared));
		}
		stop();
	}

	private void outage(Runnable begins, Runnable ends) {
		begin(BOUND.dividedBy(4));
		int cutOffs = 0;
		for (int round = 0; round < ROUNDS; round++) {
			untilServed(100);
			int before = this.service.most();
			assertNeverOver(before, cutOffs);
			begins.run();
			until(() -> this.processes.stream().noneMatch(LoadProcess::isShared));
			untilServed(50);
			int meanwhile = this.service.most();
			// One may have had all slots when it was cut off; the others have their
			// parts.
			assertThat(meanwhile).isLessThanOrEqualTo(LIMIT + (PROCESSES - 1) * SHARE);
			untilServed(150);
			int alone = this.service.most();
			assertThat(alone).isLessThanOrEqualTo(LIMIT);
			cutOffs = cutOffs();
			long begun = System.nanoTime();
			ends.run();
			until(() -> this.processes.stream().allMatch(LoadProcess::isShared));
			long back = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
			int returning = this.service.most();
			assertNeverOver(returning, cutOffs);
			untilServed(150);
			int after = this.service.most();
			assertNeverOver(after, cutOffs);
			assertThat(after).as("all slots are in use again").isGreaterThanOrEqualTo(LIMIT);
			logger.info("in flight, limit " + LIMIT + ": before " + before + ", while it was lost " + meanwhile
					+ ", alone " + alone + ", on the way back " + returning + ", after " + after + "; back after "
					+ back + " ms, cut off again " + (cutOffs() - cutOffs));
		}
		stop();
	}

	private int cutOffs() {
		return this.processes.stream().mapToInt(LoadProcess::cutOffs).sum();
	}

	/**
	 * Assert the bound that is documented.
	 * @param most calls that were in flight
	 * @param before how often those that run had been cut off until the last time that
	 * all were
	 */
	private void assertNeverOver(int most, int before) {
		assertThat(most).isLessThanOrEqualTo(LIMIT + Math.min(PROCESSES, cutOffs() - before) * SHARE);
	}

	private void begin(Duration commandTimeout) {
		for (int i = 0; i < PROCESSES; i++) {
			process(commandTimeout);
		}
		this.processes.forEach((process) -> until(process::isShared));
		this.processes.forEach((process) -> process.ask("begin"));
		untilServed(200);
	}

	private LoadProcess process(Duration commandTimeout) {
		LoadProcess process = new LoadProcess(this.redis.port, this.service.port(), LIMIT, LEASE, commandTimeout);
		this.processes.add(process);
		return process;
	}

	/**
	 * End the load, and see that all calls end and no slot is lost.
	 */
	private void stop() {
		this.processes.forEach((process) -> process.ask("stop"));
		for (LoadProcess process : this.processes) {
			until(() -> {
				String[] state = process.ask("state").split(" ");
				return state[3].equals(state[5]) && state[7].equals("0");
			});
		}
		until(() -> command("HLEN {test}:STANDARD:calls").equals(":0\r\n"));
		assertThat(command("ZCARD {test}:STANDARD:held")).isEqualTo(":0\r\n");
		assertThat(command("HGET {test}:STANDARD:state inflight")).isEqualTo("$1\r\n0\r\n");
		assertThat(this.service.inFlight()).isZero();
	}

	private String command(String command) {
		try {
			return this.redis.command(command);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void untilServed(int more) {
		int before = this.service.served.get();
		until(() -> this.service.served.get() >= before + more);
	}

	private static void until(BooleanSupplier condition) {
		await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10)).until(condition::getAsBoolean);
	}

}
