package io.github.elevenspring.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.elevenspring.limiter.ConcurrencyLimits;
import io.github.elevenspring.limiter.LimiterSnapshot;
import io.github.elevenspring.limiter.RedisConcurrencyLimiters;
import io.github.elevenspring.model.Priority;
import io.github.elevenspring.model.speech.SpeechRequest;
import io.github.elevenspring.template.ElevenLabsTemplate;
import io.github.elevenspring.test.simulator.ElevenLabsSimulator;
import io.github.elevenspring.test.simulator.Pace;
import io.github.elevenspring.test.simulator.SimulatorPlan;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import redis.embedded.RedisServer;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Three applications on one account, as they are wired, in front of one simulator that
 * counts for itself and refuses what is too much.
 */
class SharedLimiterTests {

	private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

	private static final int APPLICATIONS = 3;

	private final List<ConfigurableApplicationContext> applications = new ArrayList<>();

	private final ElevenLabsSimulator simulator = ElevenLabsSimulator.builder()
		.plan(SimulatorPlan.CREATOR)
		.pace(new Pace(0, 0.1))
		.start();

	private RedisServer redis;

	@BeforeEach
	void start() throws IOException {
		int port;
		try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = free.getLocalPort();
		}
		try {
			this.redis = RedisServer.newRedisServer().port(port).bind("127.0.0.1").setting("save \"\"").build();
			this.redis.start();
		}
		catch (IOException | RuntimeException ex) {
			Assumptions.assumeTrue(System.getenv("CI") != null, () -> "No embedded Redis runs on this machine: " + ex);
			throw ex;
		}
		for (int i = 0; i < APPLICATIONS; i++) {
			this.applications.add(new SpringApplicationBuilder(LibraryApplication.class).web(WebApplicationType.NONE)
				.run("--elevenlabs.base-url=" + this.simulator.baseUrl(),
						"--elevenlabs.api-key=" + this.simulator.apiKey(), "--elevenlabs.plan=creator",
						"--elevenlabs.limiter.distributed=redis", "--elevenlabs.limiter.queue.max-wait=60s",
						// a busy machine must not cut an application off
						"--elevenlabs.limiter.redis.command-timeout=5s", "--elevenlabs.retry.enabled=false",
						"--elevenlabs.circuit-breaker.enabled=false", "--elevenlabs.cache.enabled=false",
						"--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + port));
		}
		for (ConfigurableApplicationContext application : this.applications) {
			RedisConcurrencyLimiters limiters = application.getBean(RedisConcurrencyLimiters.class);
			await().atMost(LONG_ENOUGH).until(limiters::isShared);
		}
	}

	@AfterEach
	void stop() throws IOException {
		this.applications.forEach(ConfigurableApplicationContext::close);
		this.simulator.close();
		if (this.redis != null) {
			this.redis.stop();
		}
	}

	@Test
	void applicationsTogetherNeverExceedThePlanAndLoseNobody() {
		SpeechRequest request = SpeechRequest.of("Hi.").voice(this.simulator.voiceIds().get(0));
		Long spoken = Flux.range(0, 300)
			.flatMap((i) -> this.applications.get(i % APPLICATIONS)
				.getBean(ElevenLabsTemplate.class)
				.speech()
				.stream(request.tenant("tenant-" + i % 7).priority(Priority.values()[i % 3]))
				.then(Mono.just(i)), 300)
			.count()
			.block(LONG_ENOUGH);
		assertThat(spoken).isEqualTo(300);
		assertThat(this.simulator.statistics().groups().get("standard").maxInFlight()).isEqualTo(5);
		assertThat(this.simulator.journal().requests()).noneMatch((seen) -> seen.status() == 429);
		for (ConfigurableApplicationContext application : this.applications) {
			ConcurrencyLimits limits = application.getBean(ConcurrencyLimits.class);
			await().untilAsserted(() -> assertThat(limits.snapshot().values()).allMatch(SharedLimiterTests::isIdle));
		}
	}

	private static boolean isIdle(LimiterSnapshot snapshot) {
		return snapshot.inFlight() == 0 && snapshot.waiting() == 0;
	}

}
