package io.github.elevenspring.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.Pace;
import io.github.elevenspring.test.simulator.SimulatorPlan;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import redis.embedded.RedisServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three real processes with the library as it is wired, one Redis, and one simulator that
 * would take more than they may send, so that its count shows who keeps the limit. For a
 * machine with nothing else to do.
 */
@EnabledIfSystemProperty(named = "elevenlabs.test.redis-long", matches = "true",
		disabledReason = "takes a machine with nothing else to do: -Delevenlabs.test.redis-long=true")
class SharedLimiterProcessesTests {

	private static final int LIMIT = 5;

	private static final int PROCESSES = 3;

	private static final int SHARE = LIMIT / PROCESSES;

	private static final Duration LEASE = Duration.ofSeconds(3);

	private final List<SpeakingProcess> processes = new ArrayList<>();

	private final ElevenLabsSimulator simulator = ElevenLabsSimulator.builder()
		.plan(SimulatorPlan.SCALE)
		.pace(new Pace(0, 0.3))
		.start();

	private int port;

	private RedisServer redis;

	@BeforeEach
	void start() throws IOException {
		try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			this.port = free.getLocalPort();
		}
		startRedis();
		for (int i = 0; i < PROCESSES; i++) {
			this.processes.add(process());
		}
		untilServed(300);
	}

	@AfterEach
	void stop() throws IOException {
		this.processes.forEach(SpeakingProcess::close);
		this.simulator.close();
		this.redis.stop();
	}

	@Test
	void aKilledProcessNeverMakesTheOthersExceedTheLimit() {
		assertThat(most()).isEqualTo(LIMIT);
		this.processes.remove(0).close();
		long killed = System.nanoTime();
		until(() -> System.nanoTime() - killed > LEASE.toNanos());
		untilServed(100);
		until(() -> this.simulator.statistics().inFlight() == LIMIT);
		this.processes.add(process());
		untilServed(300);
		assertThat(most()).isEqualTo(LIMIT);
	}

	@Test
	void aFrozenRedisLeavesEachProcessItsPart() throws IOException, InterruptedException {
		assertThat(most()).isEqualTo(LIMIT);
		signal("STOP");
		untilServed(100);
		signal("CONT");
		recover();
	}

	@Test
	void aRedisThatEndsAndStartsAgainLosesNoSlot() throws IOException {
		assertThat(most()).isEqualTo(LIMIT);
		this.redis.stop();
		untilServed(100);
		startRedis();
		recover();
	}

	/**
	 * The policy: one may have all slots when it is cut off, the others have their parts.
	 */
	private void recover() {
		untilServed(300);
		assertThat(most()).isLessThanOrEqualTo(LIMIT + (PROCESSES - 1) * SHARE);
		until(() -> this.simulator.statistics().inFlight() == LIMIT);
		assertThat(this.simulator.journal().requests()).noneMatch((seen) -> seen.status() == 429);
	}

	private SpeakingProcess process() {
		return new SpeakingProcess(List.of("--elevenlabs.base-url=" + this.simulator.baseUrl(),
				"--elevenlabs.api-key=" + this.simulator.apiKey(), "--elevenlabs.plan=creator",
				"--elevenlabs.limiter.adaptive=false", "--elevenlabs.limiter.distributed=redis",
				"--elevenlabs.limiter.redis.lease=3s", "--elevenlabs.limiter.redis.command-timeout=1s",
				"--elevenlabs.limiter.redis.expected-instances=3", "--elevenlabs.cache.enabled=false",
				"--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + this.port));
	}

	private void startRedis() throws IOException {
		this.redis = RedisServer.newRedisServer().port(this.port).bind("127.0.0.1").setting("save \"\"").build();
		this.redis.start();
	}

	private void signal(String signal) throws IOException, InterruptedException {
		long pid = ProcessHandle.current()
			.children()
			.filter((child) -> child.info().command().orElse("").contains("redis"))
			.findFirst()
			.orElseThrow()
			.pid();
		assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor()).isZero();
	}

	private int most() {
		return this.simulator.statistics().groups().get("standard").maxInFlight();
	}

	private void untilServed(int more) {
		long before = this.simulator.statistics().requests();
		until(() -> this.simulator.statistics().requests() >= before + more);
	}

	private static void until(BooleanSupplier condition) {
		await().atMost(Duration.ofSeconds(90)).until(condition::getAsBoolean);
	}

}
