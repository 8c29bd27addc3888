package io.github.elevenspring.limiter;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.elevenspring.TestRedis;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three real processes on one real Redis, and a service that counts for itself.
 */
@EnabledIfSystemProperty(named = "limiter.redis-processes", matches = "true",
		disabledReason = "three processes need a machine of their own: -Dlimiter.redis-processes=true")
class RedisProcessesTests {

	private static final int LIMIT = 6;

	private static final int PROCESSES = 3;

	private static final int SHARE = LIMIT / PROCESSES;

	private static final Duration LEASE = Duration.ofSeconds(3);

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
		begin(Duration.ofSeconds(1));
		untilServed(1000);
		assertThat(this.service.most()).isEqualTo(LIMIT);
		stop();
	}

	@Test
	void slotsOfAProcessThatIsKilledComeBack() {
		begin(Duration.ofSeconds(1));
		untilServed(200);
		LoadProcess killed = this.processes.remove(0);
		TestRedis.Signals.kill(killed.process);
		long begun = System.nanoTime();
		untilServed(200);
		assertThat(this.service.most()).isLessThanOrEqualTo(LIMIT);
		until(() -> System.nanoTime() - begun > LEASE.toNanos());
		this.service.most();
		untilServed(300);
		assertThat(this.service.most()).isEqualTo(LIMIT);
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

	private void outage(Runnable begins, Runnable ends) {
		begin(Duration.ofMillis(250));
		untilServed(300);
		int before = this.service.most();
		begins.run();
		until(() -> this.processes.stream().noneMatch(LoadProcess::isShared));
		untilServed(50);
		int meanwhile = this.service.most();
		untilServed(300);
		int alone = this.service.most();
		long begun = System.nanoTime();
		ends.run();
		until(() -> this.processes.stream().allMatch(LoadProcess::isShared));
		long back = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
		int returning = this.service.most();
		untilServed(300);
		int after = this.service.most();
		System.out.println("in flight, limit " + LIMIT + ": before " + before + ", while it was lost " + meanwhile
				+ ", alone " + alone + ", on the way back " + returning + ", after " + after + "; back after " + back
				+ " ms");
		assertThat(before).isLessThanOrEqualTo(LIMIT);
		assertThat(meanwhile).isLessThanOrEqualTo(LIMIT + (PROCESSES - 1) * SHARE);
		assertThat(alone).isLessThanOrEqualTo(LIMIT).isGreaterThanOrEqualTo(LIMIT - 1);
		assertThat(returning).isLessThanOrEqualTo(LIMIT);
		assertThat(after).isEqualTo(LIMIT);
		assertThat(back).isLessThan(5000);
		stop();
	}

	private void begin(Duration commandTimeout) {
		for (int i = 0; i < PROCESSES; i++) {
			this.processes.add(new LoadProcess(this.redis.port, this.service.port(), LIMIT, LEASE, commandTimeout));
		}
		this.processes.forEach((process) -> until(process::isShared));
		this.processes.forEach((process) -> process.ask("begin"));
		untilServed(300);
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
			throw new java.io.UncheckedIOException(ex);
		}
	}

	private void untilServed(int more) {
		int before = this.service.served.get();
		until(() -> this.service.served.get() >= before + more);
	}

	private static void until(BooleanSupplier condition) {
		await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(10)).until(condition::getAsBoolean);
	}

}
